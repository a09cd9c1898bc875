package qubes.hypervisor.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.libvirt.Error.ErrorNumber;

class VirtExceptionTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '│',
            quoteCharacter = '`',
            value = {
                "Cannot access storage file '/var/lib/qubes/appvms/work/root.img': No such file │ Cannot access storage file 'root.img': No such file",
                "unable to open \"/dev/vg/work-private\": busy │ unable to open \"work-private\": busy",
                "process exited: /usr/bin/qemu: could not load /k/vmlinuz, bad │ process exited: qemu: could not load vmlinuz, bad",
                "path=/a/b,format=raw and 1/2 of it │ path=b,format=raw and 1/2 of it",
                "/ is not / enough │  is not  enough",
                "no path here │ no path here",
            })
    @DisplayName("messages for users name files without the host's directories")
    void hidesDirectories(String message, String expected) {
        assertEquals(expected.strip(), VirtException.withoutDirectories(message).strip());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '│',
            quoteCharacter = '`',
            value = {
                "internal error: process exited while connecting to monitor: 2026-11-23T14:00:00.000000Z qemu-system-x86_64: -drive file=/a/b,format=raw: Could not open 'b': Permission denied │ QEMU: Could not open 'b': Permission denied",
                "internal error: qemu unexpectedly closed the monitor: 2026-11-23T14:00:00Z qemu-system-x86_64: -blockdev {\"driver\":\"file\",\"filename\":\"/a/b c\"}: Could not open 'b c' │ QEMU: Could not open 'b c'",
                "internal error: process exited: qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory │ QEMU: cannot set up guest memory 'pc.ram': Cannot allocate memory",
                "unsupported configuration: no more slots │ unsupported configuration: no more slots",
            })
    @DisplayName("messages for users tell QEMU's complaint without its command line")
    void hidesTheCommandLine(String message, String expected) {
        assertEquals(expected, VirtException.withoutCommandLine(message));
    }

    @Test
    @DisplayName("messages for users are one line")
    void areOneLine() {
        assertEquals(
                "Failure in libvirt_lxc startup: no root.img gave up",
                VirtException.forUsers(
                        "Failure in libvirt_lxc startup: no /var/lib/root.img\n gave up\n"));
    }

    @Test
    @DisplayName("of a start that failed users are told where more is said")
    void namesTheLog() {
        VirtException failed =
                new VirtException(ErrorNumber.VIR_ERR_INTERNAL_ERROR, "no memory", null);
        assertEquals(
                "Start failed: no memory, see /var/log/libvirt/libxl/libxl-driver.log for details",
                failed.startMessage("xen"));
        assertEquals(
                "Start failed: no memory, see the daemon's log for details",
                failed.startMessage("qemu"));
    }
}
