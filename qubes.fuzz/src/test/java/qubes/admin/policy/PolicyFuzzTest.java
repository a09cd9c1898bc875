package qubes.admin.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qubes.fuzz.Mutants;

/**
 * The policy: the first line of an input is a call, the others are a file. Any file is a policy or
 * a mistake; any call is decided on.
 */
class PolicyFuzzTest {
    private static final int EXECUTIONS = 1_000; // each writes and reads a file

    @TempDir private static Path folder;

    /** dom0, two qubes, a disposable template and a remote qube. */
    private record Known(String name, String type, Set<String> tags) implements KnownQube {
        @Override
        public UUID uuid() {
            return name.equals("dom0")
                    ? new UUID(0, 0)
                    : UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public boolean hasTag(String tag) {
            return tags.contains(tag);
        }

        @Override
        public boolean disposableTemplate() {
            return name.equals("dvm");
        }

        @Override
        public Optional<String> defaultDispvm() {
            return Optional.of("dvm");
        }

        @Override
        public boolean running() {
            return name.equals("b");
        }

        @Override
        public boolean internal() {
            return false;
        }

        @Override
        public boolean remote() {
            return type.equals("RemoteVM");
        }

        @Override
        public Optional<String> relayvm() {
            return Optional.of("a");
        }

        @Override
        public Optional<String> transportRpc() {
            return Optional.of("relay.Service");
        }
    }

    private static final SystemInfo SYSTEM =
            new SystemInfo() {
                private final List<Known> all =
                        List.of(
                                new Known("dom0", "AdminVM", Set.of()),
                                new Known("a", "AppVM", Set.of("t")),
                                new Known("b", "AppVM", Set.of("t", "u")),
                                new Known("dvm", "AppVM", Set.of("u")),
                                new Known("far", "RemoteVM", Set.of()));

                @Override
                public Optional<Known> find(String name) {
                    return all.stream().filter(qube -> qube.name().equals(name)).findFirst();
                }

                @Override
                public Optional<Known> find(UUID uuid) {
                    return all.stream().filter(qube -> qube.uuid().equals(uuid)).findFirst();
                }

                @Override
                public List<Known> qubes() {
                    return all;
                }
            };

    @FuzzTest
    void fuzz(byte[] input) {
        holds(input);
    }

    @Test
    @DisplayName("a file is rules that print as they read, or a mistake; a call is decided on")
    void mutants() throws IOException {
        Mutants.run(PolicyFuzzTest.class, PolicyFuzzTest::holds, EXECUTIONS);
    }

    private static void holds(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\n');
        String first = end < 0 ? text : text.substring(0, end);
        byte[] file = Arrays.copyOfRange(input, end + 1, input.length);
        read(file).ifPresent(policy -> policy.rules().forEach(PolicyFuzzTest::printsAsItReads));
        String[] words = (first + "    ").split(" ", 5);
        for (String line : text.split("\n")) {
            rule(line).ifPresent(PolicyFuzzTest::printsAsItReads);
        }
        Policy policy = read(file).orElse(new Policy(List.of()));
        isDecided(
                policy,
                new ServiceCall(
                        words[0],
                        "+" + words[1],
                        words[2],
                        words[3],
                        Optional.of(words[4].strip()).filter(name -> !name.isEmpty())));
    }

    private static Optional<Policy> read(byte[] content) {
        try {
            Files.write(folder.resolve("50-fuzz.policy"), content);
            return Optional.of(PolicyReader.read(List.of(folder), folder.resolve("old")).policy());
        } catch (PolicySyntaxError e) {
            assertFalse(String.valueOf(e.getMessage()).contains("\n"), e.getMessage());
            return Optional.empty();
        } catch (CharacterCodingException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Rule> rule(String line) {
        List<String> words = List.of(line.strip().split("\\s+"));
        try {
            return words.size() < 2
                    ? Optional.empty()
                    : Optional.of(
                            Rule.parse(
                                    words.get(0),
                                    words.get(1),
                                    words.subList(2, words.size()),
                                    "here:1"));
        } catch (PolicySyntaxError e) {
            return Optional.empty();
        }
    }

    private static void printsAsItReads(Rule rule) {
        assertEquals(Optional.of(rule.text()), rule(rule.text()).map(Rule::text), rule.where());
    }

    private static void isDecided(Policy policy, ServiceCall call) {
        try {
            Decision decision = policy.decide(call, SYSTEM);
            assertInstanceOf(
                    Decision.Deny.class, new Policy(denyFirst(policy)).decide(call, SYSTEM));
            if (decision instanceof Decision.Allow allowed) {
                assertTrue(
                        Set.of(
                                        Token.Kind.ADMIN,
                                        Token.Kind.NAME,
                                        Token.Kind.UUID,
                                        Token.Kind.DISPOSABLE_OF)
                                .contains(allowed.target().kind()),
                        allowed.target().text());
                isExecutedIn(Resolution.of(policy, call, SYSTEM));
            } else if (decision instanceof Decision.Ask asked) {
                assertFalse(asked.choices().isEmpty());
                assertFalse(asked.choices().contains(call.source()));
                for (String choice : asked.choices()) {
                    isExecutedIn(Resolution.chosen(asked, choice, call, SYSTEM));
                }
            }
        } catch (AccessDenied e) {
            assertFalse(String.valueOf(e.getMessage()).contains("\n"), e.getMessage());
        }
    }

    private static List<Rule> denyFirst(Policy policy) {
        Rule deny = rule("* * * * deny").orElseThrow();
        return Stream.concat(Stream.of(deny), policy.rules().stream()).toList();
    }

    /** Whatever the caller sent, it cannot add a line to what qrexec reads. */
    private static void isExecutedIn(Resolution resolution) {
        List<String> keys = resolution.text().lines().map(line -> line.split("=", 2)[0]).toList();
        List<String> known =
                List.of(
                        "user",
                        "result",
                        "target",
                        "target_uuid",
                        "autostart",
                        "requested_target",
                        "policy_source");
        assertEquals(known.stream().filter(keys::contains).toList(), keys);
    }
}
