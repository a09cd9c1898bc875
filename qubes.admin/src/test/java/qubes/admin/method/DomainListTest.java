package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.core.admin.AdminCall;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminPermission;
import qubes.core.admin.AdminReply;
import qubes.core.admin.MethodTraits;
import qubes.core.event.Extension;
import qubes.core.hypervisor.GuestSpec;
import qubes.core.vm.BaseVM;
import qubes.core.vm.QubesVM;
import qubes.vm.appvm.AppVMFactory;

/** The list of all is kept from call to call, and must never be one that was. */
class DomainListTest {
    private Daemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = Daemon.start();
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    @Test
    @DisplayName("each call tells what is there then, whatever happened since the last one")
    void tellsWhatIsThere() throws IOException {
        BaseVM vm = daemon.vm("test-vm1");
        UUID uuid = vm.uuid();
        List<Runnable> changes =
                List.of(
                        () -> {},
                        () -> vm.set(QubesVM.DEBUG, true),
                        () -> daemon.hypervisor().create(guest(vm)),
                        () -> {},
                        () -> vm.features().set("qrexec", "1"),
                        () -> daemon.hypervisor().pause(uuid),
                        () -> daemon.hypervisor().resume(uuid),
                        () -> vm.features().remove("qrexec"),
                        () -> daemon.hypervisor().destroy(uuid),
                        () -> daemon.qubes().remove(daemon.vm("test-net")),
                        () -> daemon.removeAppVM(),
                        () -> {},
                        () -> daemon.add(new AppVMFactory()));
        for (int i = 0; i < changes.size(); i++) {
            changes.get(i).run();
            for (int j = 0; j < 2; j++) {
                assertEquals("0\0" + expected(), list("dom0"), "after change " + i);
            }
        }
    }

    @Test
    @DisplayName("who may see some of them sees those, before and after one who sees all")
    void narrowed() throws IOException {
        daemon.add(
                (Extension)
                        on ->
                                on.before(
                                        AdminPermission.of("admin.vm.List"),
                                        permission -> {
                                            if (permission.subject().qid() != 0) {
                                                permission.keep(vm -> vm == permission.subject());
                                            }
                                        }));
        for (int i = 0; i < 2; i++) {
            assertEquals("0\0" + line(daemon.vm("test-vm1")), list("test-vm1"));
            assertEquals("0\0" + expected(), list("dom0"));
        }
    }

    @Test
    @DisplayName("a long answer that is kept comes in full to each, also to one who reads late")
    void longAnswer() throws IOException {
        String text = "0123456789".repeat(200_000);
        AdminReply kept = AdminReply.encoded(StandardCharsets.UTF_8.encode(text));
        daemon.add(
                new AdminMethod() {
                    @Override
                    public MethodTraits traits() {
                        return MethodTraits.read(MethodTraits.Scope.GLOBAL);
                    }

                    @Override
                    public AdminReply call(AdminCall call) {
                        return kept;
                    }
                },
                "acme.Long");
        try (SocketChannel late = daemon.client().connect()) {
            Client.write(late, Client.request("acme.Long", "", "dom0", ""));
            late.shutdownOutput();
            for (int i = 0; i < 3; i++) {
                assertEquals("0\0" + text, daemon.client().call("acme.Long", "", "dom0", ""));
            }
            assertEquals("0\0" + text, Client.readAll(late));
        }
    }

    private String list(String source) throws IOException {
        return daemon.client().exchange("admin.vm.List+ " + source + " name dom0\0");
    }

    private String expected() {
        StringBuilder all = new StringBuilder();
        daemon.qubes().domains().forEach(vm -> all.append(line(vm)));
        return all.toString();
    }

    private static String line(BaseVM vm) {
        return String.format(
                "%s class=%s state=%s uuid=%s%n",
                vm.name(), vm.klass(), vm.powerState().wireName(), vm.uuid());
    }

    private static GuestSpec guest(BaseVM vm) {
        return new GuestSpec(
                vm.uuid(),
                vm.name().value(),
                400,
                4000,
                2,
                "pvh",
                Optional.empty(),
                Optional.empty(),
                "",
                List.of(),
                vm);
    }
}
