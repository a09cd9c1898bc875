package qubes.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.named;

import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import qubes.core.error.QubesException;
import qubes.core.error.QubesNoSuchPropertyError;
import qubes.core.error.QubesVMNotAvailableError;
import qubes.core.error.QubesVMNotFoundError;
import qubes.core.event.EventPattern;
import qubes.core.event.Extension;
import qubes.core.event.FeatureSet;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.QubesFixture;

/** What the commands say of a system that runs. */
class ShellIT {
    private QubesFixture system;
    private Qubes qubes;
    private Bundle appvm;

    @BeforeEach
    void start() {
        system = QubesFixture.with("qubes.vm.templatevm", "qubes.vm.appvm");
        qubes = system.qubes();
        appvm = system.felix().bundle("qubes.vm.appvm");
        create(qubes, "TemplateVM", "tiny", "label=black", "kernel=");
        create(qubes, "AppVM", "work", "template=tiny");
    }

    @AfterEach
    void stop() {
        system.close();
    }

    @Test
    @DisplayName("ls shows the qubes, and those whose bundle is away as unavailable")
    void list() throws Exception {
        DomainsCommand command = new DomainsCommand(qubes);
        assertEquals(
                """
                NAME  STATE    CLASS       LABEL  TEMPLATE  NETVM
                dom0  Running  AdminVM     black  -         -
                tiny  Halted   TemplateVM  black  -         -
                work  Halted   AppVM       red    tiny      -"""
                        .strip(),
                command.ls());
        appvm.stop();
        assertTrue(
                command.ls().endsWith("work  Halted   AppVM (unavailable)  red    tiny      -"),
                command.ls());
    }

    @Test
    @DisplayName(
            "prefs lists, reads, sets and resets, and shows what the store holds of an unavailable qube")
    void prefs() throws Exception {
        PropertiesCommand command = new PropertiesCommand(qubes);
        command.prefs("work", "memory", "128");
        assertEquals("128", command.prefs("work", "memory"));
        assertTrue(
                command.prefs("work").lines().anyMatch("memory                -  128"::equals),
                command.prefs("work"));
        assertTrue(
                command.prefs("work").lines().anyMatch("vcpus                 D  2"::equals),
                command.prefs("work"));
        assertTrue(
                command.prefs("--explain", "work")
                        .lines()
                        .toList()
                        .containsAll(
                                List.of(
                                        "memory = 128, set here",
                                        "vcpus = 2, from template tiny, built in")),
                command.prefs("--explain", "work"));
        command.prefs("-D", "work", "memory");
        assertEquals("400", command.prefs("work", "memory"));
        assertEquals("", command.prefs("work", "netvm"));
        assertThrows(QubesNoSuchPropertyError.class, () -> command.prefs("work", "nope"));
        assertThrows(QubesVMNotFoundError.class, () -> command.prefs("nope"));
        assertThrows(QubesException.class, () -> command.prefs("work", "memory", "-1"));
        appvm.stop();
        assertThrows(QubesVMNotAvailableError.class, () -> command.prefs("work", "memory"));
        String held = command.prefs("work");
        assertTrue(held.startsWith("Unavailable: no installed bundle provides klass AppVM."), held);
        assertTrue(held.lines().anyMatch(line -> line.matches("template +- +tiny")), held);
    }

    @Test
    @DisplayName("start, shutdown and kill act and tell the state; what cannot start says why")
    void power() throws Exception {
        PowerCommands command = new PowerCommands(qubes);
        assertEquals("work Running", command.start("work"));
        assertTrue(((QubesVM) named(qubes, "work")).isRunning());
        assertEquals("work Halted", command.shutdown("work"));
        command.start("work");
        assertEquals("work Halted", command.kill("work"));
        assertThrows(QubesException.class, () -> command.start("dom0"));
        appvm.stop();
        assertEquals(
                "work: no installed bundle provides klass AppVM; install it and try again",
                assertThrows(QubesException.class, () -> command.start("work")).getMessage());
    }

    @Test
    @DisplayName("klasses, pools and the store are told")
    void systemFacts() throws Exception {
        SystemCommands command = new SystemCommands(qubes);
        assertEquals(
                """
                KLASS       INSTALLED  QUBES
                AdminVM     yes        1
                AppVM       yes        1
                TemplateVM  yes        1"""
                        .strip(),
                command.klasses());
        appvm.stop();
        assertTrue(command.klasses().contains("AppVM       no         1"), command.klasses());
        assertTrue(command.pools().contains("linux-kernel  linux-kernel"), command.pools());
        qubes.awaitDurable();
        assertTrue(command.store().endsWith("dirty            no"), command.store());
    }

    @Test
    @DisplayName("plugins tells what each bundle adds, and its state")
    void plugins() throws Exception {
        system.felix().start("qubes.shell");
        assertEquals("active klass AppVM", stateAndAdditions("qubes.vm.appvm"));
        assertEquals(
                "active driver file, driver file-reflink", stateAndAdditions("qubes.storage.file"));
        appvm.stop();
        assertEquals("stopped klass AppVM", stateAndAdditions("qubes.vm.appvm"));
    }

    @Test
    @DisplayName("plugins tells of bundles and files that may not run, by whoever refuses them")
    void refusals() throws Exception {
        system.felix().start("qubes.shell");
        Map<String, String> refused =
                Map.of(
                        Long.toString(appvm.getBundleId()),
                        "is not signed",
                        "new.jar",
                        "is altered");
        system.felix()
                .context()
                .registerService(
                        Supplier.class,
                        () -> refused,
                        new Hashtable<>(Map.of("qubes.refusals", "test")));
        assertTrue(
                row(plugins(false), "qubes.vm.appvm").endsWith("may not run: it is not signed"),
                plugins(false));
        assertTrue(
                row(plugins(false), "new.jar").matches(".*not there.*may not run: it is altered"));
    }

    @Test
    @DisplayName("plugins --time tells how long each held the model lock")
    void times() throws Exception {
        system.felix().start("qubes.shell");
        Extension listener = on -> on.after(EventPattern.of(FeatureSet.class), event -> {});
        system.felix().context().registerService(Extension.class, listener, null);
        named(qubes, "work").features().set("heard", "1");
        assertTrue(
                row(plugins(true), "qubes.shell").matches("qubes.shell +[1-9]\\d*( +[0-9.]+){3}"),
                plugins(true));
    }

    private String stateAndAdditions(String bundle) throws Exception {
        String plugins = plugins(false);
        String head = plugins.lines().findFirst().orElseThrow();
        return row(plugins, bundle)
                .substring(head.indexOf("STATE"), head.indexOf("REASON"))
                .strip()
                .replaceAll(" +", " ");
    }

    private static String row(String table, String name) {
        return table.lines()
                .filter(line -> (" " + line + " ").contains(" " + name + " "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not in\n" + table));
    }

    /**
     * From the command as its bundle offers it: the component runtime it asks is the framework's
     * own.
     */
    private String plugins(boolean time) throws Exception {
        BundleContext context = system.felix().context();
        ServiceReference<?>[] commands =
                context.getAllServiceReferences(
                        null, "(&(osgi.command.scope=qubes)(osgi.command.function=plugins))");
        Object command = context.getService(commands[0]);
        return (String)
                command.getClass().getMethod("plugins", boolean.class).invoke(command, time);
    }
}
