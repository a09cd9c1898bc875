package qubes.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class GuestXmlTest {
    @Test
    @DisplayName("the console is the first one's terminal")
    void findsTheFirstTerminal() {
        String description =
                "<domain><devices><serial type='pty'><source path='/dev/pts/9'/></serial>"
                        + "<console type='pty' tty='/dev/pts/3'/><console type='pty' tty='/dev/pts/4'/></devices></domain>";
        assertEquals(Optional.of("/dev/pts/3"), GuestXml.terminal(description));
    }

    @Test
    @DisplayName(
            "a guest that is not active has a console without a terminal, others have none at all")
    void mayBeAbsent() {
        assertEquals(
                Optional.empty(),
                GuestXml.terminal("<domain><devices><console type='pty'/></devices></domain>"));
        assertEquals(Optional.empty(), GuestXml.terminal("<domain/>"));
        assertEquals(Optional.empty(), GuestXml.terminal("not XML"));
        assertEquals(
                Optional.empty(),
                GuestXml.terminal(
                        "<!DOCTYPE d [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><d>&e;</d>"));
    }
}
