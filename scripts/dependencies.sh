# Installs the system packages that this project needs and that are missing; sourced by the scripts beside it.
#
#     install_dependencies          what the build needs: libpng, libjpeg-turbo, zlib, OpenBLAS, libcmark, gumbo, Duktape,
#                                   FreeType, libcrypto, pkg-config
#     install_dependencies --all    also what the checks of the finished site need: Chromium, its driver, Java, Python;
#                                   and what a Debian package needs: dpkg-dev
#
# Debian and Ubuntu: apt, with sudo if the user is not root. macOS: Homebrew. Without either, it names what is missing
# and stops. Installed packages are left as they are.

# The Debian and Homebrew packages that contain a thing.
debian_package() {
    case $1 in
        pkg-config) echo pkg-config ;;
        libpng) echo libpng-dev ;;
        libjpeg) echo libjpeg-dev ;;
        zlib) echo zlib1g-dev ;;
        openblas) echo libopenblas-dev ;;
        libcmark) echo libcmark-dev ;;
        duktape) echo duktape-dev ;;
        gumbo) echo libgumbo-dev ;;
        freetype2) echo libfreetype-dev ;;
        libcrypto) echo libssl-dev ;;
        chromium) echo chromium ;;
        chromedriver) echo chromium-driver ;;
        java) echo default-jre-headless ;;
        python3) echo python3-venv ;;
        dpkg-shlibdeps) echo dpkg-dev ;;
    esac
}
brew_package() {
    case $1 in
        pkg-config) echo pkgconf ;;
        libpng) echo libpng ;;
        libjpeg) echo jpeg-turbo ;;
        zlib) echo zlib ;;
        openblas) echo openblas ;;
        libcmark) echo cmark ;;
        duktape) echo duktape ;;
        gumbo) echo gumbo-parser ;;
        freetype2) echo freetype ;;
        chromium) echo chromium ;;
        chromedriver) echo chromedriver ;;
        java) echo openjdk ;;
        python3) echo python ;;
    esac
}

# Whether a thing is installed and works.
has() {
    case $1 in
        libpng | libjpeg | zlib | openblas | libcmark | gumbo | duktape | freetype2 | libcrypto) pkg-config --exists "$1" 2>/dev/null ;;
        # Debian packages venv and ensurepip separately from Python; macOS has a java that only says where to get one.
        python3) python3 -c 'import venv, ensurepip' 2>/dev/null ;;
        java) java -version >/dev/null 2>&1 ;;
        *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

missing_of() {
    missing=""
    for thing in "$@"; do
        has "$thing" || missing="$missing $thing"
    done
}

# The packages of the missing things, by the function named in $1.
packages_of() {
    for thing in $missing; do "$1" "$thing"; done
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

stop_for_missing() {
    echo "Missing:$missing. $1" >&2
    exit 69
}

install_dependencies() {
    things="pkg-config libpng libjpeg zlib openblas libcmark gumbo duktape freetype2"
    # macOS has CryptoKit.
    [ "$(uname)" = Darwin ] || things="$things libcrypto"
    [ "${1:-}" != --all ] || things="$things chromium chromedriver java python3"
    if [ "${1:-}" = --all ] && command -v dpkg >/dev/null 2>&1; then things="$things dpkg-shlibdeps"; fi

    if [ "$(uname)" = Darwin ] && command -v brew >/dev/null 2>&1; then
        # Homebrew does not link OpenBLAS and Java into the usual folders, because macOS has its own.
        PKG_CONFIG_PATH="$(brew --prefix)/opt/openblas/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
        PATH="$PATH:$(brew --prefix)/opt/openjdk/bin"
        export PKG_CONFIG_PATH PATH
    fi

    # shellcheck disable=SC2086 # One word per thing.
    missing_of $things
    if [ -n "$missing" ]; then
        if [ "$(uname)" = Darwin ]; then
            command -v brew >/dev/null 2>&1 \
                || stop_for_missing "Install Homebrew (https://brew.sh) and run this again, or install them by hand."
            # shellcheck disable=SC2046
            brew install $(packages_of brew_package)
        elif command -v apt-get >/dev/null 2>&1; then
            [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null 2>&1 \
                || stop_for_missing "Run as root, or with sudo: apt-get install $(packages_of debian_package | tr '\n' ' ')"
            echo "Installing$missing …" >&2
            as_root apt-get -qq -o DPkg::Lock::Timeout=300 update
            # shellcheck disable=SC2046
            as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
                install --yes --no-install-recommends $(packages_of debian_package) >/dev/null
        else
            stop_for_missing "Install their development packages with this system's package manager; pkg-config must find them."
        fi
        # shellcheck disable=SC2086
        missing_of $things
        [ -z "$missing" ] || stop_for_missing "They were installed but are still not found; check PATH and PKG_CONFIG_PATH."
    fi

    if ! command -v swift >/dev/null 2>&1; then
        missing=" swift" stop_for_missing "Install Swift 6.2 or later (https://swift.org/install) and put it on the PATH."
    fi
}

# announce_compilation WHAT MINUTES: says how long the compiler takes, because it says little itself.
announce_compilation() {
    if [ -x .build/release/atlasgen ]; then
        echo "Compiling $1: what has changed since the last time …" >&2
    else
        echo "Compiling $1: about $2 minutes on two cores this first time, seconds after that …" >&2
    fi
}
