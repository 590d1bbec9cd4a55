"""What pytest cannot import without an extra is left out, and nothing else."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("datatrove") else ["src/canonym/integrations/datatrove.py"]
