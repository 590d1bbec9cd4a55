"""canonym inside other people's pipelines. Each module needs its extra: `pip install 'canonym[spark]'`."""
