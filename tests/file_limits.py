"""The bounds within which the bot reads files where no setting says otherwise."""

from __future__ import annotations

from bot.assembly.derived import file_limits
from bot.configuration.model_settings import ModelSettings
from bot.files.confinement import Confinement

CONFINEMENT = Confinement(7, network_namespace=True, call_filter=True)
LIMITS = file_limits(ModelSettings.model_construct(), CONFINEMENT)
CONVERT = LIMITS.convert
