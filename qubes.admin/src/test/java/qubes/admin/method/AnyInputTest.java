package qubes.admin.method;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import qubes.admin.Dispatcher;
import qubes.admin.policy.CallCheck;
import qubes.admin.policy.PolicyAccess;
import qubes.admin.wire.Frames;
import qubes.admin.wire.Request;
import qubes.core.admin.AdminMethod;
import qubes.core.admin.AdminSocket;
import qubes.core.admin.MethodTraits;
import qubes.core.error.Repr;

/**
 * Calls of every method with words that mean something somewhere, in places where they do not, and
 * with bytes that mean nothing; the same in each build. Slow methods are left out: they wait for
 * guests.
 */
class AnyInputTest {
    private static final int CALLS = 10_000;

    private static final List<String> DESTINATIONS =
            List.of(
                    "dom0",
                    "test-vm1",
                    "test-net",
                    "test-template",
                    "test-foo",
                    "uuid:22222222-2222-4222-8222-222222222222",
                    "no-such-vm");

    private static final List<String> WORDS =
            List.of(
                    "",
                    "red",
                    "label",
                    "netvm",
                    "name",
                    "memory",
                    "uuid",
                    "template",
                    "dns",
                    "autostart",
                    "default_netvm",
                    "default_kernel",
                    "test-net",
                    "test-vm1",
                    "dom0",
                    "root",
                    "private",
                    "kernel",
                    "varlibqubes",
                    "linux-kernel",
                    "lvm",
                    "AppVM",
                    "block",
                    "created-by-dom0",
                    "only-dom0",
                    "True",
                    "0",
                    "-1",
                    "1024",
                    "99999999999999999999",
                    "0x112233",
                    "name=new label=red",
                    "name=x",
                    "label=red name=test-vm1 pool=lvm",
                    "sys-usb+1-1+0951:1666::u080650",
                    "test-vm1+sda+_",
                    "_+_",
                    "device_id='*' mode='required'",
                    "action=accept proto=tcp dstports=80\n",
                    "all",
                    "u******",
                    "a=b\nc=d",
                    "1.0",
                    "10.137.0.1",
                    "2020-01-01T00:00:00",
                    "+",
                    "=",
                    "%s",
                    "..",
                    "/etc",
                    "\0",
                    "\u00ff\u00fe",
                    "a'b\"c",
                    "x".repeat(300),
                    "default",
                    "none");

    private final Random random = new Random(1);

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** A word, or what a slip makes of one. */
    private String input() {
        String word = any(WORDS);
        int at = random.nextInt(word.length() + 1);
        return switch (random.nextInt(8)) {
            case 0 -> word + any(WORDS);
            case 1 -> word.substring(0, at) + (char) random.nextInt(256) + word.substring(at);
            case 2 -> word.substring(at);
            default -> word;
        };
    }

    private String methodName(AdminMethod method) {
        String member = any(List.of("AppVM", "TemplateVM", "AdminVM", "block", "pci", "x", ""));
        return Daemon.name(method).replace("*", member);
    }

    @Test
    @DisplayName("whatever is sent is answered, or refused by an error that is meant")
    void answersOrRefuses() throws Exception {
        try (Daemon daemon = Daemon.start()) {
            Dispatcher dispatcher =
                    new Dispatcher(
                            daemon.qubes(),
                            daemon.methods(),
                            new CallCheck(PolicyAccess.in(daemon.folder().resolve("none"))));
            List<AdminMethod> methods = new ArrayList<>(daemon.builtIn());
            methods.removeIf(method -> method.traits().pace() == MethodTraits.Pace.LONG);
            int answered = 0;
            for (int i = 0; i < CALLS; i++) {
                AdminMethod method = any(methods);
                String argument = input().replace(" ", "");
                String payload =
                        method.traits().payload() == MethodTraits.Presence.NONE ? "" : input();
                String request =
                        methodName(method)
                                + "+"
                                + argument
                                + " "
                                + any(List.of("dom0", "test-vm1"))
                                + " name "
                                + any(DESTINATIONS)
                                + "\0"
                                + payload;
                answered += answers(dispatcher, request, method.traits().socket()) ? 1 : 0;
            }
            assertTrue(answered > CALLS / 50, "few calls went through: " + answered);
            assertTrue(answered < CALLS / 2, "few calls were refused: " + answered);
        }
    }

    private static boolean answers(Dispatcher dispatcher, String text, AdminSocket socket) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        Optional<Request> request = Request.parse(bytes, bytes.length);
        if (request.isEmpty()) {
            return false;
        }
        try {
            dispatcher.prepare(request.get(), socket).answer(() -> {});
            return true;
        } catch (RuntimeException e) {
            assertTrue(isMeant(e), () -> Repr.quote(text) + ": " + e);
            return false;
        }
    }

    /** Those that are sent, and those for which the original closes the connection. */
    private static boolean isMeant(RuntimeException e) {
        return Frames.isSent(e)
                || e instanceof IllegalArgumentException
                || e instanceof IllegalStateException
                || e instanceof NoSuchElementException;
    }
}
