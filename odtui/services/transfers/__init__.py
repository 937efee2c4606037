"""Transfers: long jobs in the background, owned by one service, shown by the panel."""

from odtui.services.transfers.job import Ask, Choice, Conflict, Job, JobKind, JobState
from odtui.services.transfers.service import TransferService

__all__ = ["Ask", "Choice", "Conflict", "Job", "JobKind", "JobState", "TransferService"]
