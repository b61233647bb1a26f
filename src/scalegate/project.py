"""The composition root: opens a project folder and chooses the adapters.

For: the command line, trainers, the service. Does not know: rules; it only brings files, record and ports together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from scalegate.adapters.blob_store import BlobStore
from scalegate.adapters.evidence_store import EvidenceStore
from scalegate.adapters.log_store import LogStore, RawLog, create_log
from scalegate.adapters.operator_key import OperatorKey, create_operator_key, key_path, load_operator_key
from scalegate.adapters.pause_flags import PauseFolder
from scalegate.adapters.plain_file import read_plain
from scalegate.adapters.project_files import read_configurations, read_models, read_suite, suite_names
from scalegate.adapters.published_log import PublishedLog, check_published
from scalegate.adapters.scribe import LogScribe, system_clock
from scalegate.adapters.settings import FILE, Settings, find_root, read_settings
from scalegate.adapters.tile_files import TileFolder
from scalegate.adapters.yaml_scan import MAX_BYTES, YamlDocument, locate, read_yaml
from scalegate.assessment.request import RegisteredSuite
from scalegate.decision.dossier import Approver
from scalegate.errors import Finding, InputError, RecordError, UsageError
from scalegate.lease.trust import MAX_BYTES as MAX_TRUST_BYTES
from scalegate.lease.trust import Trust, format_trust, parse_trust
from scalegate.policy.document import Permission, PolicyDocument
from scalegate.policy.file import Locate, parse_policy
from scalegate.procedure.workspace import ConfigurationEntry, ModelEntry, PolicyFile, Scribe, Workspace
from scalegate.quantity import Compute, Digest, Identifier
from scalegate.record.canonical import digest_of_value
from scalegate.record.codec import open_envelope
from scalegate.record.documents import NAME
from scalegate.record.entry import FIRST_DOCUMENT
from scalegate.record.view import Logged, RecordView
from scalegate.shape import Fault
from scalegate.shape import Path as ShapePath
from scalegate.tlog.encoding import to_base64
from scalegate.tlog.logged_proof import LoggedProof, format_logged_proof
from scalegate.tlog.note import open_checkpoint
from scalegate.tlog.origin import is_demo, parse_origin
from scalegate.tlog.tree import check_inclusion, leaf_hash

if TYPE_CHECKING:
    from scalegate.adapters.inspect_runner import InspectRunner
    from scalegate.adapters.log_spool import LogSpool
    from scalegate.decision.decision import Decision
    from scalegate.evidence.flag_measurement import Measurement
    from scalegate.evidence.parsed_run import Labels, ParsedSource
    from scalegate.policy.criteria import Pack
    from scalegate.policy.published import PublishedPolicy, Source
    from scalegate.procedure.acts import Acts
    from scalegate.procedure.assessing import Assessment
    from scalegate.procedure.covering import Covered
    from scalegate.procedure.differing import Difference, PlacedPolicy
    from scalegate.procedure.gating import Gated
    from scalegate.procedure.ingesting import Ingestion
    from scalegate.procedure.owing import Owing
    from scalegate.procedure.policy_source import PolicySource
    from scalegate.procedure.promising import Promised
    from scalegate.procedure.proving import ProvenPolicy
    from scalegate.procedure.simulating import Asked
    from scalegate.procedure.verifying import Verification
    from scalegate.publication.comparison import Comparison
    from scalegate.publication.foot import RecordFoot
    from scalegate.publication.page import DecisionPage, ReportPage
    from scalegate.verdict.verdict import Verdict

CATALOGUE = "catalogue:"
"""What stands before an id of the catalogue where a path could stand too."""
IN_FORCE = "record"
"""What stands for the policy in force where a policy file is named."""


def read_policy_file(path: str | Path, suites: dict[str, RegisteredSuite] | None = None) -> PolicyFile:
    """Read a policy file in either grade; bad input is in the findings.

    Raises:
        UsageError: when there is no such file.
    """
    return _located_policy(Path(path), Path(path).name, suites)[0]


def _located_policy(
    place: Path, name: str, suites: dict[str, RegisteredSuite] | None = None
) -> tuple[PolicyFile, Locate]:
    """The file and a way to point into it, under a name; as for `read_policy_file`."""
    try:
        text = read_plain(place, MAX_BYTES)
    except OSError as error:
        raise UsageError(f"{place}: cannot be read: {error.strerror}") from None
    try:
        document = read_yaml(text, name)
    except InputError as error:
        return PolicyFile(document=None, digest=None, findings=error.findings), lambda _: ()
    ranges = {n: (s.suite.score_range.least, s.suite.score_range.greatest) for n, s in (suites or {}).items()}

    def point(faults: tuple[Fault, ...]) -> tuple[Finding, ...]:
        return locate(faults, document.spans, name)

    reading = parse_policy(document.data, point, ranges or None)
    digest = digest_of_value(reading.document) if reading.document else None
    file = PolicyFile(document=reading.document, digest=digest, findings=reading.findings, remarks=reading.remarks)
    return file, point


def read_policy_source(asked: str, suites: dict[str, RegisteredSuite] | None = None) -> PolicySource:
    """A policy to look at: a policy file, a file of a published policy, or one of the catalogue.

    Args:
        asked: a path, `catalogue:ID`, or an id of the catalogue where no such file lies.
        suites: as for `read_policy_file`.

    Raises:
        UsageError: neither a file nor in the catalogue.
        InputError: a published policy is wrong.
    """
    from scalegate.adapters.catalogue_files import catalogue_ids, read_catalogue
    from scalegate.policy.published_file import is_published
    from scalegate.procedure.policy_source import PolicySource, published_source

    name, place = asked.removeprefix(CATALOGUE), Path(asked)
    if name != asked or (name in catalogue_ids() and not place.exists()):
        return published_source(asked, *_published(read_catalogue(name), f"{name}.yaml"))
    if not place.exists():
        mend = f"give a policy file, or one of {', '.join(catalogue_ids())}"
        raise UsageError(Finding(what=f"{asked[:80]!r} is no file, and not in the catalogue", mend=mend))
    file, point = _located_policy(place, place.name, suites)
    document = None if file.document else _scanned(place)
    if document is not None and is_published(document.data):
        return published_source(asked, *_published(document, place.name))
    return PolicySource(id=asked, file=file, locate=point)


def published_policies() -> dict[str, Source]:
    """The source of every published policy of the catalogue, by id."""
    from scalegate.adapters.catalogue_files import catalogue_ids, read_catalogue

    return {name: _published(read_catalogue(name), f"{name}.yaml")[0].source for name in catalogue_ids()}


def _published(document: YamlDocument, name: str) -> tuple[PublishedPolicy, Locate]:
    from scalegate.policy.published_file import parse_published

    def point(faults: tuple[Fault, ...]) -> tuple[Finding, ...]:
        return locate(faults, document.spans, name)

    return parse_published(document.data, point), point


def write_comparison(page: Comparison, place: Path) -> None:
    """Write policies side by side as one self-contained HTML file.

    Raises:
        UsageError: the extra `report` is missing.
        OSError: the file cannot be written.
    """
    from scalegate.adapters.comparison_page import write_comparison as write

    write(page, place)


def _scanned(place: Path) -> YamlDocument | None:
    """A file that was found unreadable as a policy; None where it is no YAML either."""
    try:
        return read_yaml(read_plain(place, MAX_BYTES), place.name)
    except (InputError, OSError):
        return None


def policy_places(path: str | Path) -> Callable[[ShapePath], str]:
    """Where each part of a policy stands, as `file:line:column`; a part that is not there, at what would hold it.

    Raises:
        InputError: the file cannot be read.
    """
    point = read_policy_source(str(path)).locate
    return lambda at: point((Fault(path=at, what=""),))[0].where


def read_criteria(names: Sequence[str] = ()) -> list[Pack]:
    """Packs by id, or by a path that ends in `.yaml`; all that come with the package if none is named.

    Raises:
        UsageError: there is no such pack or file.
        InputError: with every finding.
    """
    from scalegate.adapters.criteria_packs import pack_ids, pack_text

    return [parse_criteria(*pack_text(name)) for name in names or pack_ids()]


def parse_criteria(text: bytes, name: str) -> Pack:
    """A pack from the bytes of its file; `name` is what findings call it. Raises InputError with every finding."""
    from scalegate.policy.packs import parse_pack

    document = read_yaml(text, name)
    return parse_pack(document.data, lambda faults: locate(faults, document.spans, name))


def cover_policy_file(
    path: str | Path,
    against: Sequence[str],
    now: datetime,
    *,
    evidence: str | Path | None = None,
) -> Covered:
    """What a policy file, or a published text, answers to criteria; on what a text does not state nothing rests.

    Args:
        path: the file, or `catalogue:ID`.
        against: ids of packs or files of the same form; all that come with the package if empty.
        now: the time.
        evidence: a project whose record counts while it has this very policy in force; None for none.

    Raises:
        InputError: the policy or a pack cannot be read.
    """
    from scalegate.procedure.covering import covered

    source = read_policy_source(str(path))
    holes = tuple(hole.path for hole in source.holes)
    view = open_project(evidence, writing=False).workspace.view if evidence else None
    packs = read_criteria(against)
    found = covered(source.document, source.digest, packs, now, view=view, holes=holes)
    return replace(found, said=source.said_of_the_text)


def compare_policies(old: str, new: str, project: str | Path | None = None) -> Difference:
    """Compare two policy files; `record` stands for the policy in force in the project.

    Raises:
        UsageError: when there is no such file, or no policy is in force.
        InputError: with the findings of a file that cannot be read.
    """
    from scalegate.procedure.differing import differ

    return differ(_placed_policy(old, project), _placed_policy(new, project))


def _placed_policy(name: str, project: str | Path | None) -> PlacedPolicy:
    from scalegate.procedure.differing import PlacedPolicy, in_force

    if name == IN_FORCE:
        return in_force(*open_project(project, writing=False).workspace.policy_in_force())
    if name.startswith(CATALOGUE):
        what = f"{name[:80]} is given in other words: a difference of two such texts would be one of our own words"
        raise UsageError(Finding(what=what, mend="use policy compare"))
    file, places = _located_policy(Path(name), name)
    return PlacedPolicy(name=name, file=file, locate=places)


class Project:
    """An open project: its files as values, its record as a view, and the acts that need adapters."""

    def __init__(self, settings: Settings, *, writing: bool) -> None:
        self.settings = settings
        self.root = settings.root
        self.trust: Trust = _trust(settings)
        self.operator: OperatorKey | None = load_operator_key(settings.origin) if writing else None
        if self.operator and self.operator.verifier != self.trust.operator:
            raise InputError(Finding(where="trust.json", what="names another operator's key than the one in use"))
        self.store = EvidenceStore(settings.place("evidence"), columnar=settings.columnar)
        self.blobs = BlobStore(settings.place("record") / "blobs")
        self.flags = PauseFolder(settings.place("record") / "pause")
        signer = self.operator.private if self.operator else None
        self.log = LogStore(settings.place("record") / "log.db", self.trust.operator, signer)
        self.tiles = TileFolder(settings.place("record") / "tiles", self.trust.operator)
        self.scribe = LogScribe(
            PublishedLog(self.log, self.tiles) if writing else self.log,
            signer=signer,
            keep_blob=self.blobs.keep,
            fetch_blob=self.blobs.fetch,
            flags=self.flags.ids,
            read_flag=self.flags.read,
        )
        self.workspace = _workspace(settings, self.store, self.scribe, self.scribe.read(RecordView()))

    # ------------------------------------------------------------------------------------ Python API

    def assess(self, model: str | None = None) -> Assessment:
        """Assess one model or all, and record the result: the same content as the JSON of `scalegate assess`."""
        from scalegate.procedure.assessing import assess_models

        models = [model] if model else list(self.workspace.models)
        return assess_models(self.workspace, models, now=self.now())

    def gate(
        self,
        permission: str,
        *,
        model: str,
        configuration: str | None = None,
        mode: str | None = None,
        effective_compute_flop: float | None = None,
    ) -> Decision:
        """Decide on one permission and record the decision; `issue_lease` of the command line is apart."""
        from scalegate.procedure.gating import gate

        compute = None if effective_compute_flop is None else Compute.from_flop(repr(effective_compute_flop))
        gated = gate(
            self.workspace,
            Permission(permission),
            model=model,
            now=self.now(),
            configuration=configuration,
            mode=mode,
            effective_compute=compute,
        )
        return gated.decision

    def ingest(
        self, paths: Sequence[str], *, model: str = "", evaluation: str = "", configuration: str = "", scorer: str = ""
    ) -> Ingestion:
        """Read evaluation logs into evidence and record, as `scalegate ingest` does; findings are in the answer."""
        from scalegate.procedure.spooling import labels_for

        labels = labels_for(
            self.workspace, model=model, evaluation=evaluation, configuration=configuration, scorer=scorer
        )
        return self.ingest_logs(paths, labels)

    # ---------------------------------------------------------------------------- people and time

    def now(self) -> datetime:
        """The system clock, never earlier than the log's head (D16)."""
        return self.scribe.now()

    def person(self, principal: Identifier, role: str = "", document: str = "") -> Approver:
        """A person of a document in force, in a role of it; of the first document if none is named.

        Raises:
            UsageError: for strangers, when several roles fit, and for a document that is not in force.
        """
        return _person(self.workspace.under(document).policy_in_force()[0], principal, role)

    def drafted_person(self, principal: str, role: str = "", document: str = FIRST_DOCUMENT) -> Approver:
        """A person of the document that is about to be adopted."""
        if not principal:
            raise UsageError("say who adopts it: scalegate --as PRINCIPAL policy adopt")
        file = self.workspace.file_of(document)
        if file.document is None:
            raise InputError(*file.findings)
        return _person(file.document, Identifier.parse(principal), role)

    def approver(self, text: str) -> Approver:
        """`PRINCIPAL:ROLE`, split at the last colon. Raises UsageError."""
        principal, colon, role = text.rpartition(":")
        if not colon:
            raise UsageError(f"{text!r}: write PRINCIPAL:ROLE")
        return Approver(principal=Identifier.parse(principal), role=Identifier.parse(role))

    # ------------------------------------------------------------------------------------- reading

    def read_log(self, path: str, labels: Labels) -> ParsedSource:
        """Read one source of evaluation results, by its content. Raises InputError."""
        return _read_log(path, labels)

    def find_sources(self, paths: Sequence[str]) -> list[str]:
        """The sources that files, folders, patterns and URLs name. Raises InputError when there are too many."""
        from scalegate.adapters.source_files import find_sources

        return find_sources(paths)

    def ingest_logs(
        self, paths: Sequence[str], labels: Labels, tell: Callable[[int], None] = lambda _: None
    ) -> Ingestion:
        """Read evaluation logs into evidence and record, over several processes where there are many of them."""
        from scalegate.adapters.process_pool import spread
        from scalegate.procedure.ingesting import ingest

        return ingest(
            self.workspace,
            paths,
            labels,
            reader=_read_log,
            keeper=self.store,
            now=self.now(),
            digest_of=_digest_of,
            spread=spread,
            tell=tell,
        )

    @property
    def spool(self) -> LogSpool:
        """The list of logs that a hook could not record."""
        from scalegate.adapters.log_spool import LogSpool

        return LogSpool(self.settings.place("evidence"))

    def inspect_runner(
        self,
        model: str,
        *,
        model_args: Mapping[str, str] | None = None,
        providers: Sequence[Path] = (),
        logs: Path | None = None,
        retries: int = 0,
        progress: Callable[[int, int], None] | None = None,
    ) -> InspectRunner:
        """Runs evaluations with what Inspect calls `model`; nothing of Inspect is loaded before something is run."""
        from scalegate.adapters.inspect_runner import LOGS, InspectRunner

        return InspectRunner(
            self.root,
            (logs or self.settings.place("evidence") / LOGS).resolve(),
            model=model,
            model_args=model_args,
            providers=providers,
            retries=retries,
            progress=progress,
        )

    def weights(self, path: Path) -> Digest:
        """Digest of the manifest of weights that lie here. Raises InputError."""
        from scalegate.adapters.weights import read_weights

        return read_weights(path)

    def further_files(self) -> dict[str, PolicyFile]:
        """Every file of the folder for further documents, in force or not, by name."""
        folder = self.settings.place("policies")
        names = sorted(path.stem for path in folder.glob("*.yaml") if NAME.match(path.stem)) if folder.is_dir() else []
        return {name: self.workspace.further_file(name) for name in names}

    def read_acts(self, paths: Sequence[Path]) -> Acts:
        """What all files together ask to be recorded. Raises InputError."""
        from scalegate.adapters.acts_file import read_acts
        from scalegate.procedure.acts import Acts

        return sum(map(read_acts, paths), Acts())

    def read_measurements(self, paths: Sequence[Path]) -> tuple[Measurement, ...]:
        """What files hold for checks of sandbagging and contamination. Raises InputError."""
        from scalegate.adapters.flag_file import read_measurements

        return tuple(m for path in paths for m in read_measurements(path))

    def entries(self) -> Iterator[Logged]:
        """All entries of the record in order. Raises RecordError for damaged ones."""
        return _opened(self.log.read(), self.blobs)

    def checkpoint(self) -> str:
        """The last signed checkpoint, a note."""
        return self.log.checkpoint().decode("utf-8")

    def prove(self, index: int) -> ProvedEntry:
        """Proof that the record has an entry, under the last signed checkpoint. Raises UsageError when it has none."""
        note = self.log.checkpoint()
        head = open_checkpoint(note, self.trust.operator)
        proof, leaf = self.log.inclusion_proof(index, head.size), leaf_hash(self.log.envelope(index))
        check_inclusion(leaf, index, head.size, proof, head.root)  # what is handed out is what others will check
        return ProvedEntry(
            index=index,
            size=head.size,
            digest=f"sha256:{leaf.hex()}",
            proof=tuple(to_base64(part) for part in proof),
            checkpoint=note.decode("utf-8"),
            text=format_logged_proof(LoggedProof(index=index, proof=proof, checkpoint=note)).decode("utf-8"),
        )

    def unpublished(self) -> tuple[Finding, ...]:
        """What `record/tiles` lacks of the record, for `doctor`; nothing for an empty record."""
        size, out = open_checkpoint(self.log.checkpoint(), self.trust.operator).size, self.tiles.published()
        published = out.size if out else 0
        if published >= size:
            return ()
        what = f"the published files end at {published} of {size} entries"
        return (
            Finding(where="record/tiles", what=what, mend="the next act writes the rest, if the folder can be written"),
        )

    def due(self, now: datetime) -> Owing:
        """What is owed under the policy in force, soonest first, and what is left of the buffers."""
        from scalegate.procedure.owing import owing

        return owing(self.workspace, now)

    def covered(self, against: Sequence[str], now: datetime) -> Covered:
        """What policy.yaml answers to criteria; the record counts while that very policy is in force."""
        from scalegate.procedure.covering import covered

        policy, digest = self.workspace.drafted_policy()
        return covered(policy, digest, read_criteria(against), now, view=self.workspace.view)

    def promised(self, now: datetime) -> Promised:
        """Every promise of the policy in force, and where it stands; of policy.yaml alone before the first adoption."""
        from scalegate.procedure.promising import promised

        return promised(self.workspace, now)

    def places(self) -> Callable[[ShapePath], str]:
        """Where parts of the policy in force stand in policy.yaml; nowhere while the file is another policy."""
        file, adopted = self.workspace.policy_file, self.workspace.view.policy
        if file.digest is None or (adopted is not None and adopted.digest != file.digest):
            return lambda _: ""
        return policy_places(self.settings.place("policy"))

    def write_calendar(self, owed: Owing, place: Path, *, replay: bool) -> int:
        """Write what is owed as a calendar (RFC 5545). Raises UsageError when the extra `calendar` is missing."""
        from scalegate.adapters.calendar_feed import write_feed

        stamps = ("REPLAY" if replay else "", "DEMO KEYS" if self.workspace.demo else "")
        return write_feed(owed.obligations, place, origin=self.trust.origin, as_of=owed.as_of, stamps=stamps)

    def statistical_power(self, limit: str, evaluation: str, document: str = "") -> str:
        """In words, what the suite could show if the truth lay at the alert line; empty for other measures."""
        from scalegate.procedure.planning import power_words

        return power_words(self.workspace.under(document), limit, evaluation)

    # ----------------------------------------------------------------------------------- answering

    def issue_lease(self, gated: Gated, path: Path | None, now: datetime) -> Path:
        """Record a lease on a granted decision and write its file (D9)."""
        from scalegate.procedure.leasing import issue

        assert self.operator is not None
        place = (
            path or self.settings.place("out") / "leases" / f"entry-{gated.logged.index if gated.logged else 0}.json"
        )
        document = issue(self.workspace, gated, log=self.log, now=now)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(document)
        except OSError as error:
            what, mend = f"the lease cannot be written: {error.strerror}", "ask again with another --lease"
            raise InputError(Finding(where=str(place), what=what, mend=mend)) from None
        return place

    def page(self, made: Assessment) -> ReportPage:
        """The page of an assessment that was just made; one under a draft says so above everything."""
        from scalegate.publication.page import side_by_side

        labels: set[str] = {s.model_id for s in made.subjects}
        pages: dict[str, ReportPage] = {
            d.name: self._page(d.policy, d.verdicts, d.decisions, made.as_of, d.digest, made.replay, labels)
            for d in made.documents
        }
        page = side_by_side(pages)
        stamp = ("DRAFT POLICY: not in force; nothing here was decided or recorded",) if made.draft else ()
        return replace(page, banners=(*stamp, *page.banners))

    def recorded_page(self, now: datetime) -> ReportPage:
        """The page of what the record holds, as of now."""
        from scalegate.publication.page import side_by_side

        pages: dict[str, ReportPage] = {}
        for part in self.workspace.each():
            policy, digest = part.policy_in_force()
            verdicts = [v for key, (_, v) in part.view.verdicts.items() if key[3] == digest]
            decisions = [d for _, _, d in part.view.decisions if d.question.policy == digest]
            labels = set(self.workspace.models)
            pages[part.view.document] = self._page(policy, verdicts, decisions, now, digest, False, labels)
        return side_by_side(pages)

    def replayed_page(self, now: datetime) -> ReportPage:
        """The page of an assessment of every model with another clock; stamped, and in no record (D16)."""
        from scalegate.procedure.assessing import assess_models

        made = assess_models(self.workspace, list(self.workspace.models), now=now, replay=True)
        return self.page(made)

    def write_report(self, page: ReportPage, place: Path) -> None:
        """Write a page as one self-contained HTML file. Raises UsageError when the extra `report` is missing."""
        from scalegate.adapters.html_report import write_report

        write_report(page, place)

    def decision_page(self, gated: Gated, *, as_of: datetime, replay: bool) -> DecisionPage:
        from scalegate.publication.page import decision_page

        models = {label: entry.model for label, entry in self.workspace.models.items()}
        return decision_page(
            gated.policy,
            gated.decision,
            models,
            as_of=as_of,
            replay=replay,
            demo_keys=self.workspace.demo,
            documents={n: a.document for n, a in gated.documents.items()} if len(gated.documents) > 1 else None,
        )

    def _page(
        self,
        policy: PolicyDocument,
        verdicts: Iterable[Verdict],
        decisions: Iterable[Decision],
        as_of: datetime,
        digest: Digest,
        replay: bool,
        labels: set[str],
    ) -> ReportPage:
        from scalegate.publication.page import report_page

        models = {label: e.model for label, e in self.workspace.models.items() if label in labels}
        return report_page(policy, verdicts, decisions, models, self._foot(digest), as_of=as_of, replay=replay)

    def _foot(self, policy: Digest) -> RecordFoot:
        from scalegate.procedure.publishing import foot_of

        return foot_of(self.workspace, self.log.head(), self.checkpoint(), policy)


# --------------------------------------------------------------------------------------- opening


def open(path: str | Path | None = None) -> Project:
    """Open a project for assessing and gating; reading needs no key: see `open_project`."""
    return open_project(path, writing=True)


def open_project(path: str | Path | None = None, *, writing: bool) -> Project:
    """Open the project in a folder, or the nearest one above the working directory.

    Raises:
        UsageError: no project there.
        InputError: its settings, trust root or key are wrong.
        RecordError: its record is damaged or absent.
    """
    root = Path(path).resolve() if path else find_root(Path.cwd())
    return Project(read_settings(root), writing=writing)


def spool_log(
    root: Path,
    path: str,
    *,
    why: str,
    model: str,
    evaluation: str = "",
    configuration: str = "",
    scorer: str = "",
) -> None:
    """Put a log on the list of what is to be ingested; also where the project cannot be opened.

    Raises:
        UsageError, InputError: its settings cannot be read.
        OSError: the list cannot be written.
    """
    from scalegate.adapters.log_spool import LogSpool
    from scalegate.procedure.spooling import SpooledLog

    log = SpooledLog(path=path, model=model, evaluation=evaluation, configuration=configuration, scorer=scorer, why=why)
    LogSpool(read_settings(root).place("evidence")).add(log)


def verify_project(path: str | Path | None = None) -> Verification:
    """Derive a project's whole record again, from what lies there: also one that is too damaged to be opened.

    Raises:
        UsageError, InputError: no project there; its settings or its trust root are wrong.
        RecordError: its record cannot be read at all.
    """
    from scalegate.procedure.verifying import verify_record
    from scalegate.verifier.structure import verify_log

    settings = read_settings(Path(path).resolve() if path else find_root(Path.cwd()))
    trust, place = _trust(settings), settings.place("record") / "log.db"
    blobs = BlobStore(settings.place("record") / "blobs")
    with RawLog(place) as raw:
        entries, checkpoints, head = list(raw.read_raw()), list(raw.checkpoints()), raw.recorded_head()
        published = check_published(TileFolder(place.with_name("tiles"), trust.operator), raw)
    structure = verify_log(entries, checkpoints, operator=trust.operator, fetch_blob=blobs.fetch, head=head)
    if not structure.findings:
        structure = replace(structure, findings=(*_refused_on_opening(place, trust), *published))
    workspace = _workspace(settings, EvidenceStore(settings.place("evidence")), _NoScribe(), RecordView())
    return verify_record(workspace, structure, lambda: _opened(entries, blobs))


def _refused_on_opening(log: Path, trust: Trust) -> tuple[Finding, ...]:
    """What only opening compares: the leaf hashes that are kept beside the entries."""
    try:
        LogStore(log, trust.operator).close()
    except RecordError as error:
        return error.findings
    return ()


class _NoScribe:
    """Stands where a scribe is asked for while a record is verified: it is neither read further nor written to."""

    def write(self, *_: object, **__: object) -> NoReturn:
        raise AssertionError("verifying writes nothing")

    read = write

    def now(self) -> NoReturn:
        raise AssertionError("verifying asks for no time")


@dataclass(frozen=True, kw_only=True)
class ProvedEntry:
    """Proof that an entry is in the record.

    Attributes:
        index: the entry's place in the log, from 0.
        size: entries of the log that the checkpoint covers.
        digest: the entry's name: its leaf hash.
        proof: inclusion proof, base64, the leaf's sibling first.
        checkpoint: the signed note.
        text: all of it in one text, C2SP tlog-proof.
    """

    index: int
    size: int
    digest: str
    proof: tuple[str, ...]
    checkpoint: str
    text: str


@dataclass(frozen=True, kw_only=True)
class InitialisedProject:
    """What `init` made."""

    root: Path
    origin: str
    key_path: Path

    @property
    def demo(self) -> bool:
        return is_demo(self.origin)


def read_project_policy(path: str | Path | None = None, document: str = FIRST_DOCUMENT) -> PolicyFile:
    """A document of a project, checked against its suites; needs no record and no key.

    Raises:
        UsageError: there is no further document of that name.
    """
    settings = read_settings(Path(path).resolve() if path else find_root(Path.cwd()))
    suites = _suites(settings.place("suites"), [])
    if document != FIRST_DOCUMENT:
        return _further_policy(settings.place("policies"), suites, document)
    return _policy(settings.place("policy"), suites)


def prove_policies(paths: Sequence[str | Path], project: str | Path | None = None) -> tuple[ProvenPolicy, ...]:
    """Prove what holds of policy files that are in force together; without any, of the project's own.

    Raises:
        UsageError: there is no such file, or the extra `prove` is missing.
    """
    try:
        from scalegate.procedure.proving import ReadPolicy, prove_policies
    except ModuleNotFoundError as error:
        if error.name != "z3":
            raise
        what, mend = "proving a policy needs an extra", "pip install 'scalegate[prove]'"
        raise UsageError(Finding(what=what, mend=mend)) from None
    suites: dict[str, RegisteredSuite] = {}
    if project or not paths:
        settings = read_settings(Path(project).resolve() if project else find_root(Path.cwd()))
        suites = _suites(settings.place("suites"), [])
        paths = paths or [settings.place("policy")]
    read = []
    for asked in map(str, paths):
        source = read_policy_source(asked, suites)
        name = asked if source.published else Path(asked).name
        read.append(
            ReadPolicy(
                file=name,
                policy=source.file,
                locate=source.locate,
                holes=source.holes,
                said=source.said_of_the_text,
            )
        )
    return prove_policies(read, {name: s.suite for name, s in suites.items()})


def simulation_asked(
    project: str | Path | None,
    file: str,
    *,
    runs: int,
    weeks: int,
    seed: str,
    scenario: str = "",
    replays: Sequence[str] = (),
) -> Asked:
    """What a simulation is asked, with every file read; the policy need not be adoptable.

    Raises:
        InputError: the policy, the scenario or a series cannot be read.
        UsageError: there is no such policy file.
    """
    from scalegate.adapters.scenario_file import read_scenario
    from scalegate.adapters.series_file import read_series
    from scalegate.procedure.simulating import Asked
    from scalegate.simulation.scenario import Scenario

    if file:
        source = read_policy_source(file)
        policy, digest, found, said = source.document, source.digest, source.file, source.said_of_the_text
    else:
        found, said = read_project_policy(project), ()
        if found.document is None or found.digest is None:
            raise InputError(*found.findings)
        policy, digest = found.document, found.digest
    return Asked(
        policy=policy,
        digest=digest,
        scenario=read_scenario(Path(scenario)) if scenario else Scenario(),
        scenario_named=Path(scenario).name,
        runs=runs,
        weeks=weeks,
        seed=seed,
        series=tuple(read_series(name) for name in replays),
        objections=len(found.findings),
        said=said,
    )


def init_project(folder: Path, origin: str = "", template: str = "") -> InitialisedProject:
    """Make the key, the trust root and the empty record of a project, and sample files where there are none.

    Raises:
        UsageError: `origin` is not the one of the project's settings, or `template` is none, or comes too late.
        InputError: it is no origin, a record is there already, or the folder or the key cannot be made.
    """
    from scalegate.adapters.template import FRONTIER, TEMPLATES, write_template

    root = folder.resolve()
    if template and template not in TEMPLATES:
        raise UsageError(f"{template!r} is no template: write one of {', '.join(TEMPLATES)}")
    if template and (root / FILE).exists():
        raise UsageError(f"{FILE} is there already: --template is for a new project")
    try:
        if not (root / FILE).exists():
            named = parse_origin(origin or _demo_origin(root.name))  # before anything is written
            root.mkdir(parents=True, exist_ok=True)
            write_template(root, named, template=template or FRONTIER)
    except OSError as error:
        what = f"a project cannot be made here: {error.strerror}"
        raise InputError(Finding(where=str(root), what=what, mend="give a folder that can be written to")) from None
    settings = read_settings(root)
    if origin and origin != settings.origin:
        raise UsageError(f"{FILE} names the log {settings.origin!r}, not {origin!r}")
    log = settings.place("record") / "log.db"
    if log.exists():
        raise InputError(Finding(where=str(log), what="a record is there already: it is never started again"))
    place = key_path(settings.origin)
    if place.exists() and not is_demo(settings.origin):
        # Two logs under one name and key could tell two stories, and nobody could tell which is the log.
        mend = "open the project that has the record, or give another --origin"
        raise InputError(Finding(where=str(place), what="a key for this log exists, so a record of it does", mend=mend))
    key = load_operator_key(settings.origin) if place.exists() else create_operator_key(settings.origin)
    log.parent.mkdir(parents=True, exist_ok=True)
    create_log(log, key.verifier, key.private).close()
    trust = Trust(origin=settings.origin, operator=key.verifier, allow_demo=is_demo(settings.origin))
    settings.place("trust").write_text(format_trust(trust), encoding="utf-8")
    return InitialisedProject(root=root, origin=settings.origin, key_path=place)


def _demo_origin(name: str) -> str:
    """A name for a demo log out of a folder's name, which may hold anything."""
    return f"{re.sub('[^a-z0-9]+', '-', name.lower())[:80].strip('-') or 'project'}.demo"


# ----------------------------------------------------------------------------------------- files


def _read_log(path: str, labels: Labels) -> ParsedSource:
    """A function of the module, so that other processes can be asked for it."""
    from scalegate.adapters.source_reader import read_source

    return read_source(path, labels)


def _digest_of(path: str) -> Digest:
    """The digest that reading a source would give it. Raises InputError."""
    from scalegate.adapters.source_reader import source_digest

    return source_digest(path)


def _workspace(settings: Settings, runs: EvidenceStore, scribe: Scribe, view: RecordView) -> Workspace:
    findings: list[Finding] = []
    models = _entries(settings.place("models"), findings)
    configurations = _configurations(settings.place("configurations"), findings)
    suites = _suites(settings.place("suites"), findings)
    return Workspace(
        origin=settings.origin,
        policy_file=_policy(settings.place("policy"), suites),
        models=models,
        configurations=configurations,
        suites=suites,
        findings=tuple(findings),
        view=view,
        scribe=scribe,
        runs=runs,
        further_file=partial(_further_policy, settings.place("policies"), suites),
    )


def _further_policy(folder: Path, suites: dict[str, RegisteredSuite], name: str) -> PolicyFile:
    """Read a further document of a project. Raises UsageError when its name is none or there is no such file."""
    if not NAME.match(name):
        raise UsageError(f"{name[:100]!r} is no name of a document: write letters, digits, _ and -")
    return read_policy_file(folder / f"{name}.yaml", suites)


def _opened(envelopes: Iterable[tuple[int, bytes]], blobs: BlobStore) -> Iterator[Logged]:
    for index, envelope in envelopes:
        sealed = open_envelope(envelope, blobs.fetch)
        assert sealed.entry is not None
        yield Logged(index=index, digest=sealed.digest, entry=sealed.entry)


def _trust(settings: Settings) -> Trust:
    place = settings.place("trust")
    try:
        trust = parse_trust(read_plain(place, MAX_TRUST_BYTES), place.name)
    except OSError as error:
        mend = "run `scalegate init`, or restore it from a copy"
        raise InputError(Finding(where=place.name, what=f"cannot be read: {error.strerror}", mend=mend)) from None
    if trust.origin != settings.origin:
        raise InputError(Finding(where=place.name, what=f"trusts {trust.origin!r}, the project is {settings.origin!r}"))
    return trust


def _policy(path: Path, suites: dict[str, RegisteredSuite]) -> PolicyFile:
    try:
        return read_policy_file(path, suites)
    except UsageError as error:
        return PolicyFile(document=None, digest=None, findings=error.findings)


def _entries(path: Path, findings: list[Finding]) -> dict[str, ModelEntry]:
    try:
        file = read_models(path)
    except InputError as error:
        findings += error.findings
        return {}
    return {name: ModelEntry(model=m, digest=digest_of_value(m)) for name, m in file.models.items()}


def _configurations(path: Path, findings: list[Finding]) -> dict[str, ConfigurationEntry]:
    try:
        file = read_configurations(path)
    except InputError as error:
        findings += error.findings
        return {}
    return {
        name: ConfigurationEntry(
            configuration=c,
            digest=digest_of_value(c),
            tested=digest_of_value(replace(c, title="", contained_in=())),
        )
        for name, c in file.configurations.items()
    }


def _suites(folder: Path, findings: list[Finding]) -> dict[str, RegisteredSuite]:
    suites = {}
    for name in suite_names(folder):
        try:
            suite = read_suite(folder, name)
        except InputError as error:
            findings += error.findings
            continue
        suites[name] = RegisteredSuite(suite=suite, digest=digest_of_value(replace(suite, title="")))
    return suites


def _person(policy: PolicyDocument, principal: Identifier, role: str) -> Approver:
    held = [name for name, r in policy.roles.items() if principal in r.holders]
    if not held:
        people = ", ".join(sorted({p for r in policy.roles.values() for p in r.holders}))
        raise UsageError(f"the policy names nobody called {principal!r}: it names {people}")
    if role and role not in held:
        raise UsageError(f"{principal} does not hold the role {role!r}: they hold {', '.join(held)}")
    if not role and len(held) > 1:
        raise UsageError(f"{principal} holds several roles: give --role, one of {', '.join(held)}")
    return Approver(principal=principal, role=Identifier(role or held[0]))


__all__ = [
    "InitialisedProject",
    "Project",
    "RecordError",
    "cover_policy_file",
    "init_project",
    "open",
    "open_project",
    "parse_criteria",
    "policy_places",
    "read_criteria",
    "read_policy_file",
    "read_policy_source",
    "system_clock",
]
