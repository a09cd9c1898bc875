package qubes.admin.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Spec policy.md §6, evaluation. */
class PolicyTest {
    private static final String NIL = "uuid:00000000-0000-0000-0000-000000000000";
    private static final String DISPOSABLES_UUID =
            "@dispvm:uuid:" + Fixture.spec().find("default-dvm").orElseThrow().uuid();

    private final Fixture system = Fixture.spec();

    private static ServiceCall call(String source, String target) {
        return new ServiceCall("test.Service", "+arg", source, target, Optional.empty());
    }

    private static Policy policy(String rules) {
        return Fixture.policy(rules.split("; "));
    }

    @ParameterizedTest(name = "{0} : {1} to {2}: {3}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    test-vm1 test-vm2 deny                         | test-vm1    | test-vm2        | no, told
                    test-vm1 test-vm2 deny notify=no               | test-vm1    | test-vm2        | no
                    test-vm1 test-vm2 allow                        | test-vm1    | test-vm2        | test-vm2
                    test-vm1 test-vm2 allow                        | test-vm2    | test-vm1        | no, told
                    test-vm1 test-vm2 deny; * * allow              | test-vm1    | test-vm2        | no, told
                    test-vm1 test-vm2 allow autostart=no           | test-vm1    | test-vm2        | test-vm2
                    test-vm1 test-vm3 allow autostart=no           | test-vm1    | test-vm3        | no, told
                    * * allow autostart=no                         | test-vm1    | dom0            | dom0
                    * * allow autostart=no                         | test-vm1    | @dispvm         | no, told
                    test-no-dvm @dispvm allow                      | test-no-dvm | @dispvm         | no, told
                    test-invalid-dvm @dispvm allow                 | test-invalid-dvm | @dispvm    | no, told
                    * @dispvm:test-vm1 deny notify=no; * @dispvm allow target=dom0 | test-invalid-dvm | @dispvm | no
                    * @dispvm:@tag:tag1 deny notify=no; * @dispvm allow target=dom0 | test-invalid-dvm | @dispvm | dom0
                    * * allow                                      | test-vm1    | @dispvm         | @dispvm:default-dvm
                    * * allow                                      | test-vm1    | @default        | no, told
                    * * allow                                      | test-vm1    | ''              | no, told
                    * * allow target=test-vm2                      | test-vm1    | ''              | test-vm2
                    * * allow target=no-such-vm                    | test-vm1    | test-vm2        | no, told
                    @anyvm @anyvm allow target=@dispvm             | test-vm3    | test-vm1        | @dispvm:default-dvm
                    @anyvm @anyvm allow target=@dispvm             | test-no-dvm | test-vm1        | no, told
                    @anyvm @dispvm:default-dvm allow               | test-vm1    | @dispvm         | @dispvm:default-dvm
                    test-vm3 @adminvm allow                        | test-vm3    | dom0            | dom0
                    test-vm3 @adminvm allow                        | test-vm3    | @adminvm        | dom0
                    test-vm3 dom0 allow                            | test-vm3    | dom0            | dom0
                    test-vm3 dom0 allow                            | test-vm3    | @adminvm        | dom0
                    test-vm3 test-vm2 allow                        | test-vm3    | dom0            | no, told
                    test-vm3 test-vm2 allow                        | test-vm3    | @adminvm        | no, told
                    test-vm3 test-vm2 allow                        | test-vm3    | %s              | no, told
                    @anyvm @anyvm allow target=uuid:b3eb69d0-f9d9-4c3c-ad5c-454500303ea4 | test-vm3 | test-vm1 | uuid:b3eb69d0-f9d9-4c3c-ad5c-454500303ea4
                    * * allow target=@adminvm                      | test-vm1    | test-vm2        | dom0
                    @anyvm @anyvm allow target=test-vm2            | no-such-vm  | test-vm1        | test-vm2
                    """)
    @DisplayName("a policy allows, and says to where, or denies, and says whether that is told")
    void decides(String rules, String source, String target, String expected) {
        Decision decision = policy(rules).decide(call(source, target.formatted(NIL)), system);
        String shown =
                decision instanceof Decision.Allow allowed
                        ? allowed.target().text()
                        : decision instanceof Decision.Deny denied
                                ? denied.told() ? "no, told" : "no"
                                : "asked";
        assertEquals(expected, shown);
    }

    @ParameterizedTest(name = "{0} : {1} to {2}: {3}, first {4}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    test-vm1 @anyvm ask autostart=no             | test-vm1 | @default | test-relayvm1 test-remotevm1 test-vm2 test2-relayvm1 test2-relayvm2 test2-remotevm1 test2-remotevm2 test2-vm1 |
                    test-vm3 test-vm2 ask default_target=test-vm1 | test-vm3 | test-vm2 | test-vm2 |
                    test-vm3 test-vm2 ask default_target=test-vm2 | test-vm3 | test-vm2 | test-vm2 | test-vm2
                    test-vm3 test-vm2 ask target=test-vm4        | test-vm3 | test-vm2 | test-vm4 |
                    test-vm3 @tag:tag2 ask; test-vm3 test-vm4 allow; * @type:StandaloneVM deny | test-vm3 | test-vm1 | test-invalid-dvm test-no-dvm test-standalone test-template test-vm1 test-vm2 test-vm4 |
                    test-vm3 test-vm1 deny; test-vm3 @tag:tag2 ask | test-vm3 | test-vm2 | test-invalid-dvm test-no-dvm test-standalone test-template test-vm2 |
                    test-vm3 @dispvm ask default_target=@dispvm  | test-vm3 | @dispvm | @dispvm:default-dvm | @dispvm:default-dvm
                    test-vm3 @adminvm ask                        | test-vm3 | @adminvm | dom0 |
                    * * ask target=@dispvm:test-vm4              | test-vm3 | test-vm2 | @dispvm:test-vm4 |
                    * internal-vm ask                            | test-vm3 | internal-vm | |
                    * * ask target=@dispvm:test-vm4 autostart=no | test-vm3 | test-vm2 | |
                    test-vm1 test-vm1 ask                        | test-vm1 | test-vm1 | |
                    test-no-dvm @dispvm ask                      | test-no-dvm | @dispvm | |
                    """)
    @DisplayName("ask offers what the rules for the source leave, and denies if that is nothing")
    void asks(String rules, String source, String target, String choices, String suggested) {
        Decision decision = policy(rules).decide(call(source, target), system);
        if (choices == null) {
            assertInstanceOf(Decision.Deny.class, decision);
            return;
        }
        Decision.Ask asked = assertInstanceOf(Decision.Ask.class, decision);
        assertEquals(choices, String.join(" ", asked.choices()));
        assertEquals(Optional.ofNullable(suggested), asked.suggested());
    }

    @ParameterizedTest(name = "{0} to {1}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    test-vm1 | test-vm2 | user=DEFAULT,result=allow,target=test-vm2,target_uuid=uuid:b3eb69d0-f9d9-4c3c-ad5c-454500303ea4,autostart=True,requested_target=test-vm2
                    test-vm1 | @adminvm | user=DEFAULT,result=allow,target=dom0,autostart=True,requested_target=@adminvm
                    test-vm1 | @dispvm:default-dvm | user=DEFAULT,result=allow,target=@dispvm:default-dvm,target_uuid=DISPOSABLE,autostart=True,requested_target=@dispvm:default-dvm
                    test-vm1 | uuid:b3eb69d0-f9d9-4c3c-ad5c-454500303ea4 | user=DEFAULT,result=allow,target=uuid:b3eb69d0-f9d9-4c3c-ad5c-454500303ea4,target_uuid=uuid:b3eb69d0-f9d9-4c3c-ad5c-454500303ea4,autostart=True,requested_target=uuid:b3eb69d0-f9d9-4c3c-ad5c-454500303ea4
                    """)
    @DisplayName("an allowed call is executed by these lines")
    void executes(String source, String target, String lines) {
        assertEquals(
                lines.replace("DISPOSABLE", DISPOSABLES_UUID).replace(',', '\n'),
                Resolution.of(policy("* * allow"), call(source, target), system).text());
    }

    @Test
    @DisplayName("user= and autostart=no are passed on")
    void parameters() {
        assertEquals(
                "user=root\nresult=allow\ntarget=dom0\nautostart=False\nrequested_target=dom0",
                Resolution.of(
                                policy("* * allow user=root autostart=no"),
                                call("test-vm1", "dom0"),
                                system)
                        .text());
    }

    @Test
    @DisplayName("a relay calls for a remote qube, which the policy is asked about")
    void relayed() {
        ServiceCall call =
                new ServiceCall(
                        "test.Service",
                        "+",
                        "test2-relayvm1",
                        "test2-vm1",
                        Optional.of("test2-remotevm1"));
        String text = Resolution.of(policy("test2-remotevm1 test2-vm1 allow"), call, system).text();
        assertEquals("policy_source=test2-remotevm1", text.substring(text.lastIndexOf('\n') + 1));
        assertThrows(
                AccessDenied.class,
                () -> Resolution.of(policy("test2-relayvm1 test2-vm1 allow"), call, system));
    }

    @Test
    @DisplayName("a call to a remote qube is one to its relay, of the transport's service")
    void toRemote() {
        Resolution found =
                Resolution.of(
                        policy("* * allow user=root"), call("test-vm1", "test-remotevm1"), system);
        assertEquals("qubesair.SSHProxy+test-remotevm1+test.Service+arg", found.service());
        assertEquals("test-relayvm1", found.target());
        assertEquals("test-remotevm1", found.requestedTarget());
        assertEquals(Optional.empty(), found.user());
    }

    private static Stream<Arguments> denials() {
        return Stream.of(
                denial(call("test-vm1", "test-vm1"), "loopback qrexec connection not supported"),
                denial(
                        call("test-vm1", "test2-remotevm1"),
                        "test2-remotevm1: transport RPC is not set"),
                denial(call("test-vm1", "lone"), "lone: relayvm is not set"),
                denial(
                        relayed("test-relayvm1", "test-vm3"),
                        "test-vm3: requested source is only authorized for RemoteVM"),
                denial(
                        relayed("test-relayvm1", "test-unexistent"),
                        "unknown requested source qube 'test-unexistent'"),
                denial(
                        relayed("test-relayvm1", "test2-remotevm1"),
                        "test2-remotevm1: requested source is only authorized for its relayvm"));
    }

    private static ServiceCall relayed(String relay, String source) {
        return new ServiceCall("test.Service", "+", relay, "test-vm2", Optional.of(source));
    }

    private static Arguments denial(ServiceCall call, String reason) {
        return Arguments.of(call, reason);
    }

    @ParameterizedTest
    @MethodSource("denials")
    @DisplayName("what cannot be executed says why")
    void refusesExecution(ServiceCall call, String reason) {
        Fixture more = Fixture.with("lone RemoteVM - none running transport=t");
        assertEquals(
                reason,
                assertThrows(
                                AccessDenied.class,
                                () -> Resolution.of(policy("* * allow"), call, more))
                        .getMessage());
    }

    @Test
    @DisplayName("a user can choose only what was offered")
    void chooses() {
        ServiceCall call = call("test-vm1", "test-vm2");
        Decision.Ask asked = (Decision.Ask) policy("test-vm1 @tag:tag2 ask").decide(call, system);
        assertEquals("test-vm2", Resolution.chosen(asked, "test-vm2", call, system).target());
        assertThrows(AccessDenied.class, () -> Resolution.chosen(asked, "test-vm4", call, system));
        assertThrows(AccessDenied.class, () -> Resolution.of(policy("* * ask"), call, system));
    }

    @Test
    @DisplayName("an argument without + is a mistake of the caller's programmer")
    void argument() {
        Party party = Party.source("test-vm1", system);
        assertThrows(
                IllegalArgumentException.class,
                () -> policy("* * allow").decide("s", "arg", party, party, system));
        assertThrows(
                IllegalArgumentException.class,
                () -> new ServiceCall("s", "", "test-vm1", "test-vm2", Optional.empty()));
    }
}
