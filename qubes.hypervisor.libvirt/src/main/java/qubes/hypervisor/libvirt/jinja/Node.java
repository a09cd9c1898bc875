package qubes.hypervisor.libvirt.jinja;

/** A piece of a template that writes something, or does something. */
@FunctionalInterface
interface Node {
    void render(Scope scope, StringBuilder out);
}
