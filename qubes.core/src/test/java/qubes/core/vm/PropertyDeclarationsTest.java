package qubes.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.StringJoiner;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.property.Property;

/** The columns S, T, W and C of the tables of spec vm-classes §2. */
class PropertyDeclarationsTest {
    @Test
    @DisplayName("every domain: name, type, load stage, writable, copied by a clone")
    void everyDomain() {
        assertEquals(
                """
                icon | str | 2 | ro | no
                klass | str | 2 | ro | no
                label | label | 2 | rw | yes
                name | str | 2 | wo | no
                qid | int | 2 | wo | no
                uuid | str | 2 | wo | no
                """,
                table(BaseVM.TRAITS));
    }

    @Test
    @DisplayName("a managed domain")
    void managedDomain() {
        assertEquals(
                """
                autostart | bool | 2 | rw | yes
                backup_timestamp | int | 2 | rw | yes
                debug | bool | 2 | rw | yes
                default_user | str | 2 | rw | yes
                devices_denied | str | 2 | rw | yes
                dns | str | 2 | ro | no
                gateway | str | 2 | ro | no
                gateway6 | str | 2 | ro | no
                icon | str | 2 | ro | no
                include_in_backups | bool | 2 | rw | yes
                installed_by_rpm | bool | 2 | rw | yes
                ip | str | 2 | rw | yes
                ip6 | str | 2 | rw | yes
                kernel | str | 2 | rw | yes
                keyboard_layout | str | 2 | rw | yes
                klass | str | 2 | ro | no
                label | label | 2 | rw | yes
                mac | str | 2 | rw | yes
                maxmem | int | 2 | rw | yes
                memory | int | 2 | rw | yes
                name | str | 2 | wo | no
                provides_network | bool | 2 | rw | yes
                qid | int | 2 | wo | no
                qrexec_timeout | int | 2 | rw | yes
                shutdown_timeout | int | 2 | rw | yes
                start_time | str | 2 | ro | no
                stubdom_mem | int | 2 | rw | yes
                stubdom_uuid | str | 2 | ro | no
                stubdom_xid | int | 2 | ro | no
                updateable | bool | 2 | ro | no
                uuid | str | 2 | wo | no
                vcpus | int | 2 | rw | yes
                virt_mode | str | 2 | rw | yes
                visible_gateway | str | 2 | ro | no
                visible_gateway6 | str | 2 | ro | no
                visible_ip | str | 2 | ro | no
                visible_ip6 | str | 2 | ro | no
                visible_netmask | str | 2 | ro | no
                xid | int | 2 | ro | no
                audiovm | vm | 4 | rw | yes
                bootmode | str | 4 | rw | yes
                default_dispvm | vm | 4 | rw | yes
                guivm | vm | 4 | rw | yes
                kernelopts | str | 4 | rw | yes
                management_dispvm | vm | 4 | rw | yes
                netvm | vm | 4 | rw | yes
                """,
                table(QubesVM.TRAITS));
    }

    @Test
    @DisplayName("dom0")
    void adminDomain() {
        assertEquals(
                """
                devices_denied | str | 2 | rw | yes
                icon | str | 2 | ro | no
                include_in_backups | bool | 2 | rw | yes
                keyboard_layout | str | 2 | rw | yes
                klass | str | 2 | ro | no
                label | label | 2 | rw | yes
                maxmem | int | 2 | ro | no
                name | str | 2 | ro | no
                qid | int | 2 | ro | no
                updateable | bool | 2 | ro | no
                uuid | str | 2 | ro | no
                default_dispvm | vm | 4 | rw | yes
                """,
                table(AdminVM.TRAITS));
    }

    private static String table(KlassTraits klass) {
        StringJoiner lines = new StringJoiner("\n", "", "\n");
        for (Property<?> property : klass.properties()) {
            lines.add(
                    String.join(
                            " | ",
                            property.name(),
                            property.type().wireTag(),
                            Integer.toString(property.loadStage()),
                            property.computed() ? "ro" : property.writeOnce() ? "wo" : "rw",
                            property.clonable() ? "yes" : "no"));
        }
        return lines.toString();
    }
}
