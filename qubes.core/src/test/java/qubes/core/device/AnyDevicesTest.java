package qubes.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.NumericChars;
import net.jqwik.api.constraints.StringLength;
import qubes.core.value.DomainName;

@Label("Any device")
class AnyDevicesTest {
    private static final List<DomainName> DOMAINS =
            List.of(new DomainName("dom0"), new DomainName("sys-usb"), new DomainName("a_b.c"));

    @Property(tries = 500)
    @Label("is read from its description as it was")
    void comesBackFromItsDescription(@ForAll("devices") DeviceInfo device) {
        assertEquals(device, DeviceInfo.parse(device.serialized(), device.device()));
        assertEquals(
                device, DeviceInfo.parse(device.serialized(), VirtualDevice.at(device.port())));
    }

    @Property(tries = 500)
    @Label("is read from its assignment as it was, by clients and from the store")
    void comesBackFromItsAssignment(@ForAll("assignments") DeviceAssignment assignment) {
        assertEquals(
                assignment,
                DeviceAssignment.parse(
                        assignment.serialized(), assignment.device(), DOMAINS::contains));
        if (assignment.mode().automatic() && !assignment.options().containsKey("identity")) {
            DeviceAssignment stored = DeviceAssignment.of(assignment.record()).orElseThrow();
            assertEquals(assignment.device(), stored.device());
            assertEquals(assignment.mode(), stored.mode());
            assertEquals(assignment.options(), stored.options());
        }
    }

    @Property(tries = 200)
    @Label("is read from its argument as it was, if nothing but whole parts is left open")
    void comesBackFromItsArgument(@ForAll("identities") VirtualDevice device) {
        assertEquals(
                device,
                VirtualDevice.parseArgument(
                        device.argument(), device.deviceClass(), DOMAINS::contains));
    }

    @Property(tries = 200)
    @Label("has interfaces that are matched by patterns made of them by putting in wildcards")
    void wildcardsMatch(
            @ForAll @AlphaChars @NumericChars @Chars('?') @StringLength(7) String code,
            @ForAll boolean[] hidden) {
        StringBuilder pattern = new StringBuilder(code);
        for (int i = 0; i < Math.min(hidden.length, code.length()); i++) {
            if (hidden[i]) {
                pattern.setCharAt(i, '*');
            }
        }
        DeviceInterface candidate = new DeviceInterface(code);
        DeviceInterface open = new DeviceInterface(pattern.toString());
        assertEquals(true, open.matches(candidate));
        assertEquals(open.equals(candidate), candidate.matches(open));
    }

    @Provide
    Arbitrary<DeviceInfo> devices() {
        Arbitrary<DeviceLabels> labels =
                Combinators.combine(values(), values(), values(), values(), values())
                        .as(DeviceLabels::new);
        Arbitrary<List<DeviceInterface>> interfaces =
                Arbitraries.strings()
                        .withCharRange(' ', '~')
                        .ofLength(7)
                        .map(code -> new DeviceInterface(code.replace('=', '*')))
                        .list()
                        .ofMaxSize(4);
        Arbitrary<Optional<String>> parents = words().optional();
        Arbitrary<Optional<DomainName>> frontends = Arbitraries.of(DOMAINS).optional();
        return Combinators.combine(
                        identities(), labels, interfaces, parents, frontends, properties())
                .as(
                        (device, texts, codes, parent, frontend, data) ->
                                new DeviceInfo(
                                        device,
                                        texts,
                                        codes,
                                        parent.map(port -> new Port(device.backend(), port, "usb")),
                                        frontend,
                                        data,
                                        true));
    }

    @Provide
    Arbitrary<DeviceAssignment> assignments() {
        return Combinators.combine(
                        identities(),
                        Arbitraries.of(DOMAINS).optional(),
                        properties(),
                        Arbitraries.of(AssignmentMode.values()))
                .as(
                        (device, frontend, options, mode) ->
                                new DeviceAssignment(
                                        device,
                                        frontend.filter(name -> device.backend().isPresent()),
                                        options,
                                        mode));
    }

    @Provide
    Arbitrary<VirtualDevice> identities() {
        Arbitrary<Port> ports =
                Combinators.combine(
                                Arbitraries.of(DOMAINS).optional(),
                                Arbitraries.oneOf(words(), Arbitraries.of("*", "1-1.2", "00_14.0")),
                                Arbitraries.of("usb", "pci", "block", "mic", "testclass"))
                        .as(Port::new);
        Arbitrary<String> ids =
                Arbitraries.oneOf(
                        words(),
                        Arbitraries.of("*", VirtualDevice.NO_IDENTITY, "0x8086:0x8cb1::p0c0330"));
        return Combinators.combine(ports, ids).as(VirtualDevice::new);
    }

    private static Arbitrary<String> words() {
        return Arbitraries.strings().alpha().numeric().ofMinLength(1).ofMaxLength(8);
    }

    private static Arbitrary<Map<String, String>> properties() {
        Arbitrary<String> keys =
                Arbitraries.strings()
                        .alpha()
                        .numeric()
                        .withChars("!#$%&()*+,-./:;<>?@[\\]^_{|}~")
                        .ofMaxLength(8);
        return Arbitraries.maps(keys, values()).ofMaxSize(4);
    }

    /** One that ends like a key, in an equals sign, may be mistaken for one after a quote. */
    private static Arbitrary<String> values() {
        Arbitrary<String> any = Arbitraries.strings().withCharRange(' ', '~').ofMaxLength(12);
        Arbitrary<String> dense = Arbitraries.strings().withChars("ab '\"\\= ").ofMaxLength(8);
        return Arbitraries.oneOf(any, dense).filter(value -> !value.endsWith("="));
    }
}
