# sushy: the library that Ironic uses.
reported < <(BASE=$base USERNAME=$user PASSWORD=$password /usr/bin/python3 "$here/clients/sushy_steps.py" 2>&1)
