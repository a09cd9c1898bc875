package qubes.hypervisor.libvirt.xml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.core.error.QubesException;
import qubes.core.hypervisor.GuestDisk;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.storage.BlockSource;
import qubes.testkit.hypervisor.BareDomain;

/** Overrides of Xen's template, as users of Qubes OS keep them in /etc/qubes/templates. */
class OverrideTest {
    @TempDir Path etc;

    private void write(String name, String text) throws IOException {
        Path file = etc.resolve("libvirt").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static GuestSpec spec(String cmdline) {
        return new GuestSpec(
                UUID.randomUUID(),
                "work",
                400,
                4000,
                2,
                "hvm",
                Optional.empty(),
                Optional.empty(),
                cmdline,
                List.of(
                        new GuestDisk(
                                "root",
                                new BlockSource(Path.of("/dev/vg/root"), "raw", true, true),
                                "xvda")),
                new BareDomain("work"));
    }

    private static FakeDomain vm() {
        return new FakeDomain("work")
                .knows(new FakeDomain("dom0"))
                .property("netvm", new FakeDomain("sys-net").property("gateway", "10.137.0.2"))
                .property("mac", "00:16:3e:5e:6c:00")
                .property("ip", "10.137.0.1")
                .property("dns", "10.139.1.1 10.139.1.2");
    }

    private Rendered render(FakeDomain vm, String cmdline) {
        return Rendered.of(
                DomainXml.in(etc.toString(), s -> "qemu").render("xen", spec(cmdline), vm));
    }

    @Test
    @DisplayName("a device more, the rest of the block by super(), with the block in it")
    void addsADevice() throws IOException {
        write(
                "xen-user.xml",
                """
                {% extends 'libvirt/xen.xml' %}
                {% block devices %}
                    {{ super() }}
                    {% if vm.features.get('watchdog', '').lower() == 'yes' -%}
                    <watchdog model="i6300esb" action="{{ vm.features['watchdog-action'] }}"/>
                    {%- endif %}
                {% endblock %}
                """);
        FakeDomain vm = vm().feature("watchdog", "Yes").feature("watchdog-action", "\"/><evil/>");
        Rendered xml = render(vm, "");
        assertEquals("\"/><evil/>", xml.at("/domain/devices/watchdog/@action"));
        assertEquals("/dev/vg/root", xml.at("//disk/source/@dev"));
        assertEquals("10.137.0.1", xml.at("/domain/devices/interface/ip/@address"));
        assertEquals(1, xml.count("//emulator"));
        assertEquals(0, render(vm(), "").count("//watchdog"));
    }

    @Test
    @DisplayName(
            "a domain's template extends the user's, which extends the default: each keeps its part")
    void extendsAnOverride() throws IOException {
        write(
                "xen-user.xml",
                "{% extends 'libvirt/xen.xml' %}{% block features %}{{ super() }}<vmport state='off'/>{% endblock %}"
                        + "{% block network %}<!-- {{ vm.netvm.name }} -->{% endblock %}");
        write(
                "xen/by-name/work.xml",
                "{% extends 'libvirt/xen-user.xml' %}{% block features %}{{ super() }}<hap state='on'/>{% endblock %}"
                        + "{% block devices %}{{ super() }}<watchdog model='itco'/>{% endblock %}");
        Rendered xml = render(vm(), "");
        assertEquals(4, xml.count("/domain/features/pae | //acpi | //apic | //viridian"));
        assertEquals("off", xml.at("/domain/features/vmport/@state"));
        assertEquals("on", xml.at("/domain/features/hap/@state"));
        assertEquals("itco", xml.at("//watchdog/@model"));
        assertEquals(0, xml.count("//interface"));
    }

    @Test
    @DisplayName(
            "calls by keyword, tuples, counters in dicts, tests and fragments of Jinja2 work in overrides")
    void usesWhatJinja2Has() throws IOException {
        write(
                "xen-user.xml",
                """
                {%- extends "libvirt/xen.xml" -%}
                {% block cpu %}
                {% if vm.app.host.cpu_family_model in [(6, 58), (6, 62)] %}<!-- old -->{% endif %}
                <cpu mode="{{ 'custom' if vm.features.check_with_template('cpu', default=none) is none else 'host-model' }}"/>
                {% endblock %}
                {% block devices %}
                {% set counter = {'i': 0} %}
                {% for assignment in vm.devices.pci.get_assigned_devices(required_only=True) | list %}
                  {% if counter.update({'i': counter.i + 1}) %}{% endif %}
                  {% include 'libvirt/devices/pci.xml' with context %}
                {% endfor %}
                <controller type="pci" index="{{ counter['i'] }}" model="{{ vm.name|replace('w', 'W') }}"/>
                {% include 'libvirt/devices/net.xml' with context %}
                {% endblock %}
                """);
        FakeDomain vm =
                vm().device("pci", "dom0", "00_14.0", Map.of())
                        .device("pci", "dom0", "00_1f.3", Map.of("permissive", "True"));
        Rendered xml = render(vm, "");
        assertEquals("custom", xml.at("/domain/cpu/@mode"));
        assertEquals("0x14 0x1f", xml.at("//hostdev//address/@slot"));
        assertEquals("2", xml.at("//controller/@index"));
        assertEquals("Work", xml.at("//controller/@model"));
        assertEquals("sys-net", xml.at("//interface/backenddomain/@name"));
    }

    @Test
    @DisplayName("a value that holds a template stays text, in the default and in an override")
    void valuesStayText() throws IOException {
        String hostile = "{{ bug('ran') }}{% include 'libvirt/qemu.xml' %}<&";
        write(
                "xen-user.xml",
                "{% extends 'libvirt/xen.xml' %}{% block on %}{{ super() }}"
                        + "<on_crash>{{ vm.features['x'] }}</on_crash>{% endblock %}");
        Rendered xml =
                render(vm().feature("x", hostile).feature("qemu-extra-args", hostile), hostile);
        assertEquals(hostile, xml.at("/domain/os/cmdline"));
        assertEquals("destroy " + hostile, xml.at("/domain/on_crash"));
        assertEquals(
                "-qubes-audio:audiovm_xid=-1 " + hostile,
                xml.at("//emulator/@cmdline").replaceAll(" -qubes-net.*", ""));
    }

    @Test
    @DisplayName("a fault is told by the template it is in: the override, or what it builds on")
    void faultsAreToldByTheirTemplate() throws IOException {
        write(
                "xen-user.xml",
                "{% extends 'libvirt/xen.xml' %}\n{% block devices %}\n{{ super() }}\n{{ vm.oops }}{% endblock %}");
        assertEquals(
                "Start failed: the template of the domain XML is wrong: libvirt/xen-user.xml, line 4:"
                        + " 'work' has no 'oops'",
                fault(vm()));
        write("devices/net.xml", "\n<interface>\n{{ vm.netvm.oops }}</interface>");
        assertEquals(
                "Start failed: the template of the domain XML is wrong: libvirt/devices/net.xml, line 3:"
                        + " 'sys-net' has no 'oops'",
                fault(vm()));
        write("xen-user.xml", "{% extends 'libvirt/xen.xml' %}\n{% block devices %}\n{% if %}");
        assertEquals(
                "Start failed: the template of the domain XML is wrong: libvirt/xen-user.xml, line 3:",
                fault(vm()).replaceAll("(line \\d+:).*", "$1"));
    }

    private String fault(FakeDomain vm) {
        return String.valueOf(
                assertThrows(QubesException.class, () -> render(vm, "")).getMessage());
    }
}
