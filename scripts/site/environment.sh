# Sets $python to the Python of the checks' virtual environment, outside the tree, which is made on first use; sourced by
# the scripts that set $here to the folder of scripts.
environment="${XDG_CACHE_HOME:-$HOME/.cache}/atlasgen/site"
if ! cat "$here/site/requirements.txt" "$here/site/carriers.txt" | cmp -s - "$environment/installed.txt"; then
    rm -rf "$environment"
    python3 -m venv "$environment"
    install="$environment/bin/python -m pip install --quiet --disable-pip-version-check"
    $install --requirement "$here/site/requirements.txt"
    $install --no-deps --requirement "$here/site/carriers.txt"
    cat "$here/site/requirements.txt" "$here/site/carriers.txt" > "$environment/installed.txt"
fi
python="$environment/bin/python"
