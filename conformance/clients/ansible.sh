# Ansible: community.general's redfish modules, one task of a playbook each.
reported < <(cd "$REPORTS" && BASE=${base#https://} USERNAME=$user PASSWORD=$password ANSIBLE_STDOUT_CALLBACK=json ANSIBLE_REMOTE_TEMP="$REPORTS/ansible" ANSIBLE_LOCALHOST_WARNING=False \
    ANSIBLE_INVENTORY_UNPARSED_WARNING=False ansible-playbook -i localhost, -e ansible_python_interpreter=/usr/bin/python3 "$here/clients/playbook.yaml" 2>"$REPORTS/ansible.err" |
    /usr/bin/python3 "$here/clients/tasks.py")
