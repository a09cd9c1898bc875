package qubes.hypervisor.libvirt.jinja;

/** Python's None. A value of its own, because to jinjava null is a variable that is not there. */
enum None {
    NONE;

    @Override
    public String toString() {
        return "None";
    }
}
