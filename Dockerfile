# Resolution Lab whole, Streamlit's pages and the Gradio classifier on one port: for schools and Docker Spaces.
#   docker build -t resolution-lab .
# With an NVIDIA card: --build-arg TORCH_INDEX=https://download.pytorch.org/whl/cu130, and run it with --gpus all.
#   docker run -p 7860:7860 -v lab-data:/home/lab/data -v lab-runs:/home/lab/runs resolution-lab
FROM python:3.11-slim

RUN useradd --create-home --uid 1000 lab
WORKDIR /home/lab/app

# What changes seldom comes first, so that an edit of the code installs nothing anew. PyTorch for the processor alone
# saves some gigabytes; a school's own mirror of packages may stand in its place.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
COPY requirements.txt ./
RUN pip install --no-cache-dir torch torchvision --index-url "$TORCH_INDEX"
RUN pip install --no-cache-dir -r requirements.txt

COPY --chown=1000:1000 app.py README.md LICENSE ./
COPY --chown=1000:1000 .streamlit ./.streamlit
COPY --chown=1000:1000 core ./core
COPY --chown=1000:1000 demo ./demo
COPY --chown=1000:1000 pretrained ./pretrained

USER 1000:1000
# Made by their user, so that a new volume belongs to it.
RUN mkdir -p /home/lab/data /home/lab/runs
ENV HOME=/home/lab \
    LAB_DATA=/home/lab/data \
    LAB_RUNS=/home/lab/runs \
    PYTHONUNBUFFERED=1 \
    STREAMLIT_SERVER_PORT=7860
VOLUME ["/home/lab/data", "/home/lab/runs"]
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=15s --start-period=90s --retries=3 CMD ["python", "-m", "demo.server.health"]
CMD ["streamlit", "run", "app.py"]
