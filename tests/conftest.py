from hypothesis import HealthCheck, settings

# On a machine that others use too, an example takes long for reasons that are none of its own.
settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")
