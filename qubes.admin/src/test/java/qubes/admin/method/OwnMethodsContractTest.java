package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.MethodTraits;
import qubes.core.vm.Qubes;
import qubes.testkit.RunningSystem;
import qubes.testkit.admin.AdminMethodContract;
import qubes.testkit.admin.SampleCall;

/** What this bundle's methods owe their callers as any stranger's do: some of each kind. */
@ParameterizedClass(name = "{0}")
@CsvSource(
        nullValues = "-",
        value = {
            "admin.vm.List,                      dom0,     -,            -",
            "admin.vmclass.List,                 dom0,     -,            -",
            "admin.vm.property.List,             test-vm1, -,            -",
            "admin.vm.property.Get,              test-vm1, memory,       -",
            "admin.vm.property.GetAll,           test-vm1, -,            -",
            "admin.vm.property.Help,             test-vm1, memory,       -",
            "admin.vm.property.Set,              test-vm1, memory,       500",
            "admin.vm.property.Reset,            test-vm1, memory,       -",
            "admin.property.Get,                 dom0,     default_kernel, -",
            "admin.vm.feature.List,              test-vm1, -,            -",
            "admin.vm.feature.Get,               test-vm1, only-appvm,   -",
            "admin.vm.feature.CheckWithTemplate, test-vm1, only-appvm,   -",
            "admin.vm.feature.Set,               test-vm1, mine,         1",
            "admin.vm.tag.List,                  test-vm1, -,            -",
            "admin.vm.tag.Get,                   test-vm1, mine,         -",
            "admin.vm.tag.Set,                   test-vm1, mine,         -",
            "admin.label.List,                   dom0,     -,            -",
            "admin.label.Get,                    dom0,     red,          -",
            "admin.label.Create,                 dom0,     mauve,        0x112233",
            "admin.pool.List,                    dom0,     -,            -",
            "admin.pool.Info,                    dom0,     varlibqubes,  -",
            "admin.vm.volume.List,               test-vm1, -,            -",
            "admin.vm.volume.Info,               test-vm1, private,      -",
            "admin.vm.volume.Resize,             test-vm1, private,      9999999999",
            "admin.vm.firewall.Get,              test-vm1, -,            -",
            "admin.vm.notes.Get,                 test-vm1, -,            -",
            "admin.vm.CurrentState,              test-vm1, -,            -",
            "admin.vm.Start,                     test-vm1, -,            -",
            "admin.vm.Remove,                    test-vm1, -,            -",
            "admin.Events,                       dom0,     -,            -",
        })
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OwnMethodsContractTest implements AdminMethodContract {
    @Parameter(0)
    private String name;

    @Parameter(1)
    private String destination;

    @Parameter(2)
    private String argument;

    @Parameter(3)
    private String payload;

    private Daemon daemon;

    @BeforeAll
    void start() throws Exception {
        daemon = Daemon.start();
    }

    @AfterAll
    void stop() throws IOException {
        daemon.close();
    }

    @Override
    public AdminMethod method(Qubes qubes) throws ReflectiveOperationException {
        return daemon.builtIn().stream()
                .filter(method -> Daemon.name(method).equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no method " + name));
    }

    @Override
    public SampleCall sample(Qubes qubes) {
        return SampleCall.to(destination)
                .argument(argument == null ? "" : argument)
                .payload(payload == null ? "" : payload);
    }

    @Override
    public String caller() {
        return "test-net";
    }

    /** What the original does not answer, neither do these (spec admin-protocol §4). */
    @Override
    public Set<Class<? extends RuntimeException>> plainErrors() {
        return Set.of(IllegalArgumentException.class, NoSuchElementException.class);
    }

    /** One daemon for all claims about a method: they run in an order that nobody chose. */
    @Override
    public RunningSystem system() {
        Qubes qubes = daemon.qubes();
        return new RunningSystem() {
            @Override
            public Qubes qubes() {
                return qubes;
            }

            @Override
            public void close() {
                qubes.awaitDurable();
            }
        };
    }

    /** Calls that change the system have tests of their own; here they would change the next. */
    @Test
    @Override
    @DisplayName("a call as it should be is answered, if it changes nothing")
    public void sampleIsAnswered() throws Exception {
        if (method(daemon.qubes()).traits().access() == MethodTraits.Access.READ) {
            AdminMethodContract.super.sampleIsAnswered();
        }
    }

    /** The other way round for methods that are the daemon's own. */
    @Test
    @Override
    @DisplayName("its name is among those that nobody else may take")
    public void nameIsItsOwn() throws Exception {
        List<String> reserved;
        try (var names = AdminMethodContract.class.getResourceAsStream("built-in-methods.txt")) {
            reserved = new String(names.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (AdminMethod method : daemon.builtIn()) {
            assertTrue(reserved.contains(Daemon.name(method)), () -> Daemon.name(method));
        }
    }
}
