"""The signed permission, and the question whether it covers what is about to be done.

For: trainers and servers, which load this room and nothing else of the project. Does not know: policies, evidence,
verdicts, records, or how a lease was granted.
"""

from scalegate.lease.document import LeaseDocument, LeaseError, LogPlace, format_lease, lease_digest
from scalegate.lease.load import Allowed, Lease, Refused, read_trust
from scalegate.lease.trust import Trust, format_trust, parse_trust

__all__ = [
    "Allowed",
    "Lease",
    "LeaseDocument",
    "LeaseError",
    "LogPlace",
    "Refused",
    "Trust",
    "format_lease",
    "format_trust",
    "lease_digest",
    "parse_trust",
    "read_trust",
]
