package qubes.core.internal.migration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qubes.core.internal.store.PropertyOrder;
import qubes.core.internal.store.StoreReader;
import qubes.core.internal.store.StoreWriter;
import qubes.core.state.SystemState;

/** Assignments of older stores (spec qubes-xml §1 and §2, devices §5). */
class OldDevicesTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    required yes             | backend-domain="usb" id="1-1" required="yes"/                           | backend-domain="usb" id="1-1" mode="required" identity="*"/
                    required False           | backend-domain="usb" id="1-1" required="False"/                         | backend-domain="usb" id="1-1" mode="auto-attach" identity="*"/
                    required before mode     | backend-domain="usb" id="1-1" required="no" mode="ask-to-attach"/       | backend-domain="usb" id="1-1" mode="auto-attach" identity="*"/
                    no mode                  | backend-domain="usb" id="1-1" identity="dead"/                          | backend-domain="usb" id="1-1" mode="required" identity="dead"/
                    no id                    | backend-domain="usb" mode="auto-attach" identity="dead"/                | backend-domain="usb" id="*" mode="auto-attach" identity="dead"/
                    no backend               | id="1-1" mode="auto-attach" identity="*"/                               | backend-domain="*" id="1-1" mode="auto-attach" identity="*"/
                    attribute nobody knows   | colour="red" backend-domain="usb" id="1-1" required="1"/                | backend-domain="usb" id="1-1" mode="required" identity="*" colour="red"/
                    identity among options   | backend-domain="usb" id="1-1"><option name="identity">dead</option><option name="a">b</option></device | backend-domain="usb" id="1-1" mode="required" identity="dead"><option name="a">b</option></device
                    identity in both places  | backend-domain="usb" id="1-1" mode="required" identity="beef"><option name="identity">dead</option></device | backend-domain="usb" id="1-1" mode="required" identity="dead"/
                    """)
    @DisplayName("are written with the attributes of today")
    void written(String words, String before, String after) {
        List<String> told = new ArrayList<>();
        SystemState once = Migrations.migrate(read(before), telling(told));
        assertEquals("<device " + after + ">", device(once), words);
        assertEquals(1, told.size());
        assertEquals(once, Migrations.migrate(once, telling(told)));
        assertEquals(1, told.size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "backend-domain=\"usb\" id=\"1-1\" mode=\"required\" identity=\"*\"/",
                "backend-domain=\"usb\" id=\"1-1\" mode=\"sometimes\"/",
                "backend-domain=\"usb\" id=\"1-1\" mode=\"manual\"/",
                "backend-domain=\"usb\" id=\"1-1\" required=\"perhaps\"/",
                "backend-domain=\"usb\" id=\"1-1\" mode=\"required\"><option name=\"identity\" of=\"me\">dead</option></device",
            })
    @DisplayName("of today, and those that are not understood, stay as they are")
    void kept(String device) {
        List<String> told = new ArrayList<>();
        assertEquals(
                "<device " + device + ">", device(Migrations.migrate(read(device), telling(told))));
        assertEquals(List.of(), told);
    }

    private static SystemState read(String device) {
        String text =
                """
                <qubes><domains><domain id="domain-1" class="AppVM"><properties>
                <property name="name">work</property><property name="qid">1</property>
                <property name="uuid">5b1d0b0e-2f0b-4e7e-9d0e-000000000001</property></properties>
                <devices class="block"><device %s></devices></domain></domains></qubes>"""
                        .formatted(device);
        return new StoreReader().read(new ByteArrayInputStream(text.getBytes(UTF_8)), "qubes.xml");
    }

    /** The one device of a store, on one line. */
    private static String device(SystemState state) {
        String text =
                new StoreWriter(PropertyOrder.AS_STORED).text(state).replaceAll(">\\s+<", "><");
        return text.substring(text.indexOf("<device "), text.indexOf("</devices>"));
    }

    private static Notes telling(List<String> told) {
        return new Notes() {
            @Override
            public void changed(String what) {
                told.add(what);
            }

            @Override
            public void odd(String what) {
                told.add(what);
            }
        };
    }
}
