"""Checks behind the Test button and `odtui doctor`: is everything well on the way to OneDrive?"""

from odtui.services.checks.result import TITLES, CheckResult, Verdict
from odtui.services.checks.run import planned, run_checks

__all__ = ["TITLES", "CheckResult", "Verdict", "planned", "run_checks"]
