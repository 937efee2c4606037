"""Transfers: long jobs in the background, owned by one service, shown by the panel."""

from odtui.services.transfers.job import (
    Ask,
    AskPreflight,
    Choice,
    Conflict,
    Flow,
    Job,
    JobKind,
    JobState,
    Preflight,
    PreflightAnswer,
    SavedJob,
    Trouble,
)
from odtui.services.transfers.service import TransferService

__all__ = [
    "Ask",
    "AskPreflight",
    "Choice",
    "Conflict",
    "Flow",
    "Job",
    "JobKind",
    "JobState",
    "Preflight",
    "PreflightAnswer",
    "SavedJob",
    "TransferService",
    "Trouble",
]
