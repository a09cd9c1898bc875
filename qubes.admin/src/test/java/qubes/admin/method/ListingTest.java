package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import qubes.core.admin.AdminPermission;
import qubes.core.error.PermissionDenied;
import qubes.core.event.Extension;

/**
 * One call for all that a list of qubes shows: what the two plain calls would show, and no more.
 */
class ListingTest {
    private static final String METHOD = "qubesd.vm.property.GetAll";
    private static final String VM1 =
            "test-vm1 class=AppVM state=Halted uuid=22222222-2222-4222-8222-222222222222\n";

    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = Daemon.start();
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    private String call(String method, String source, String destination, String payload)
            throws IOException {
        String answer =
                daemon.client()
                        .exchange(method + "+ " + source + " name " + destination + "\0" + payload);
        assertTrue(answer.startsWith("0\0"), answer);
        return answer.substring(2);
    }

    static Stream<Case> calls() {
        return Case.table(
                """
                qubesd.vm.property.GetAll @test-vm1 <label⏎netvm       | = test-vm1 class=AppVM state=Halted uuid=22222222-2222-4222-8222-222222222222⏎␣label default=False type=label red⏎␣netvm default=True type=vm␣⏎
                qubesd.vm.property.GetAll @test-vm1 <netvm⏎⏎label⏎     | = test-vm1 class=AppVM state=Halted uuid=22222222-2222-4222-8222-222222222222⏎␣netvm default=True type=vm␣⏎␣label default=False type=label red⏎
                # a qube without such a property has no such line, whatever was sent
                qubesd.vm.property.GetAll @test-vm1 <no_such           | = test-vm1 class=AppVM state=Halted uuid=22222222-2222-4222-8222-222222222222⏎
                qubesd.vm.property.GetAll @test-vm1 <\\xff\\x00label   | = test-vm1 class=AppVM state=Halted uuid=22222222-2222-4222-8222-222222222222⏎
                qubesd.vm.property.GetAll+x @test-vm1                  | ! ProtocolError: unexpected argument
                qubesd.vm.property.GetAll @nobody                      | ! QubesVMNotFoundError: No such domain: 'nobody'
                """);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("calls")
    @DisplayName("the payload names properties and their order")
    void wanted(Case row) throws IOException {
        String answer = row.answerFrom(daemon.client());
        assertEquals(row.expectedOf(answer), answer);
    }

    @Test
    @DisplayName("at dom0 it is what the two plain calls tell of all qubes, line by line")
    void asThePlainCalls() throws IOException {
        daemon.client().call("admin.vm.property.Set", "kernelopts", "test-vm1", "a\\b");
        assertEquals(plainly("dom0"), call(METHOD, "dom0", "dom0", ""));
        assertTrue(
                call(METHOD, "dom0", "dom0", "")
                        .contains(" kernelopts default=False type=str a\\\\b\n"));
    }

    private String plainly(String source) throws IOException {
        StringBuilder expected = new StringBuilder();
        for (String line : call("admin.vm.List", source, "dom0", "").lines().toList()) {
            expected.append(line).append('\n');
            String name = line.substring(0, line.indexOf(' '));
            for (String property :
                    call("admin.vm.property.GetAll", source, name, "").lines().toList()) {
                expected.append(' ').append(property).append('\n');
            }
        }
        return expected.toString();
    }

    @Test
    @DisplayName("filters of both plain calls narrow it: of qubes, and of each qube's properties")
    void filtered() throws IOException {
        daemon.add(
                (Extension)
                        on -> {
                            on.before(
                                    AdminPermission.of("admin.vm.List"),
                                    list -> list.keep(vm -> !vm.toString().equals("test-net")));
                            on.before(
                                    AdminPermission.of("admin.vm.property.GetAll"),
                                    all -> all.keep(one -> !one.toString().equals("label")));
                        });
        String answer = call(METHOD, "dom0", "dom0", "");
        assertEquals(plainly("dom0"), answer);
        assertTrue(answer.contains(VM1), answer);
        assertFalse(answer.contains("test-net class=") || answer.contains(" label "), answer);
    }

    @Test
    @DisplayName("a qube whose properties may not be read is listed without")
    void deniedForOne() throws IOException {
        daemon.add(
                (Extension)
                        on ->
                                on.before(
                                        AdminPermission.of("admin.vm.property.GetAll"),
                                        permission -> {
                                            if (permission.destination().qid() == 2) {
                                                throw new PermissionDenied("not that one");
                                            }
                                        }));
        String answer = call(METHOD, "dom0", "dom0", "");
        assertTrue(answer.endsWith("\n" + VM1), answer);
        assertTrue(answer.contains("\n label default=False type=label green\n"), answer);
    }

    @Test
    @DisplayName("who may not list, or not make this call, is refused")
    void denied() throws IOException {
        for (String method : List.of("admin.vm.List", METHOD)) {
            Extension decider =
                    on ->
                            on.before(
                                    AdminPermission.of(method),
                                    permission -> {
                                        throw new PermissionDenied("no " + method);
                                    });
            daemon.add(decider);
            assertEquals(
                    "2\0PermissionDenied\0\0no " + method + "\0",
                    daemon.client().call(METHOD, "", "dom0", ""));
        }
    }
}
