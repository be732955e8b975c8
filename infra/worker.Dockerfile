# The workers outside Lambda: docs/poller.md. From the project's folder:
#   docker build -f infra/worker.Dockerfile -t contactsheet-worker .
FROM python:3.13-slim
WORKDIR /worker
ENV PYTHONUNBUFFERED=1
COPY requirements/poller.txt requirements/poller.txt
RUN python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary=:all: --requirement requirements/poller.txt
COPY thumbworker thumbworker
# The account below can't write here, so Python would compile the sources at every start.
RUN python -m compileall -q thumbworker
USER 10001:10001
STOPSIGNAL SIGTERM
CMD ["python", "-m", "thumbworker"]
