// The names of Python's standard library, of which a checkpoint needs little and much would run code.

/// Python's standard library.
enum PythonStandardLibrary {
    /// Its modules and packages: `sys.stdlib_module_names` of Python 3.11 without private ones, and those of Python 2 and of
    /// older versions of Python 3.
    static let modules = Set(
        """
        ConfigParser Queue SocketServer StringIO Tkinter __builtin__ __future__ _codecs _ctypes _imp _io
        _operator _pickle _posixsubprocess _socket _thread abc aifc antigravity argparse array ast asynchat asyncio
        asyncore atexit audioop base64 bdb binascii binhex bisect builtins bz2 cPickle cProfile cStringIO calendar
        cgi cgitb chunk cmath cmd code codecs codeop collections colorsys commands compileall concurrent
        configparser contextlib contextvars copy copy_reg copyreg crypt csv ctypes curses dataclasses datetime dbm
        decimal difflib dis distutils doctest dummy_threading email encodings ensurepip enum errno faulthandler
        fcntl filecmp fileinput fnmatch formatter fractions ftplib functools gc genericpath getopt getpass gettext
        glob graphlib grp gzip hashlib heapq hmac html http httplib idlelib imaplib imghdr imp importlib inspect io
        ipaddress itertools json keyword lib2to3 linecache locale logging lzma macpath macurl2path mailbox mailcap
        marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc new nis nntplib nt ntpath
        nturl2path numbers opcode operator optparse os os2emxpath ossaudiodev parser pathlib pdb pickle pickletools
        pipes pkgutil platform plistlib popen2 poplib posix posixpath pprint profile pstats pty pwd py_compile
        pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched
        secrets select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd
        sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau
        symbol symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap this threading
        time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing
        unicodedata unittest urllib urllib2 uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref
        xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
        """.split(whereSeparator: \.isWhitespace))
}
