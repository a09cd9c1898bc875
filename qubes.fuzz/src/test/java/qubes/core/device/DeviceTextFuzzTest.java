package qubes.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.error.ProtocolError;
import qubes.core.error.QubesValueError;
import qubes.core.value.DomainName;
import qubes.fuzz.Mutants;

/** Devices in arguments and payloads, of which much comes from guests. */
class DeviceTextFuzzTest {
    private static final VirtualDevice DEVICE =
            VirtualDevice.at(Port.of(new DomainName("sys-usb"), "1-1", "usb"));

    @FuzzTest
    void fuzz(byte[] input) {
        holds(input);
    }

    @Test
    @DisplayName("devices and assignments print as they read, and refusals are the declared ones")
    void mutants() throws IOException {
        Mutants.run(DeviceTextFuzzTest.class, DeviceTextFuzzTest::holds);
    }

    private static void holds(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        argument(text);
        described(text);
        assigned(text);
        try {
            assertEquals(text, DeviceInterface.text(DeviceInterface.listOf(text)));
        } catch (QubesValueError e) {
            assertTrue(text.length() % 7 != 0);
        }
    }

    private static boolean known(DomainName name) {
        return Set.of("sys-usb", "sys-net").contains(name.value());
    }

    private static void argument(String text) {
        try {
            VirtualDevice device =
                    VirtualDevice.parseArgument(text, "usb", DeviceTextFuzzTest::known);
            if (!device.argument().contains("*") && !text.contains("*") && !text.contains("_")) {
                assertEquals(
                        device,
                        VirtualDevice.parseArgument(
                                device.argument(), "usb", DeviceTextFuzzTest::known));
            }
        } catch (IllegalArgumentException | NoSuchElementException e) {
            assertNotNull(e.getMessage());
        }
    }

    /** Never fails: what is not understood is an unknown device. */
    private static void described(String text) {
        DeviceInfo info = DeviceInfo.parse(text, DEVICE);
        printed(info::serialized)
                .ifPresent(once -> assertEquals(once, DeviceInfo.parse(once, DEVICE).serialized()));
        assertNotNull(info.description());
    }

    private static void assigned(String text) {
        DeviceAssignment assignment;
        try {
            assignment = DeviceAssignment.parse(text, DEVICE, DeviceTextFuzzTest::known);
        } catch (ProtocolError e) {
            return;
        }
        printed(assignment::serialized)
                .ifPresent(
                        once ->
                                assertEquals(
                                        once,
                                        DeviceAssignment.parse(
                                                        once, DEVICE, DeviceTextFuzzTest::known)
                                                .serialized()));
    }

    /**
     * What clients could read; absent if they could not, which is refused. Absent too if a value
     * ends in an equals sign: with a quote and a blank in it as well, the form does not tell where
     * it ends (spec devices.md §2), here as in the original.
     */
    private static Optional<String> printed(Supplier<String> printing) {
        try {
            String text = printing.get();
            assertTrue(text.matches("[ -~]*"), text);
            return Optional.of(text).filter(readable -> !readable.matches(".*='( .*|$)"));
        } catch (ProtocolError e) {
            return Optional.empty();
        }
    }
}
