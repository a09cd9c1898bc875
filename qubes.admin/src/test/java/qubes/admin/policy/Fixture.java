package qubes.admin.policy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The qubes of spec policy.md §6. */
record Fixture(List<Known> qubes, Map<String, Known> byName, Map<UUID, Known> byUuid)
        implements SystemInfo {
    static final String VM2_UUID = "b3eb69d0-f9d9-4c3c-ad5c-454500303ea4";
    private static final String NIL = "00000000-0000-0000-0000-000000000000";

    /** A qube, as a line of the table. */
    record Known(
            String name,
            UUID uuid,
            String type,
            Set<String> tags,
            Optional<String> defaultDispvm,
            boolean disposableTemplate,
            boolean running,
            boolean internal,
            Optional<String> relayvm,
            Optional<String> transportRpc)
            implements KnownQube {
        static Known line(String line) {
            String[] cells = line.strip().split(" +");
            List<String> flags = List.of(cells).subList(4, cells.length);
            return new Known(
                    cells[0],
                    uuid(cells[0]),
                    cells[1],
                    Set.of(cells[2].split(",")),
                    Optional.of(cells[3]).filter(name -> !name.equals("none")),
                    flags.contains("template"),
                    flags.contains("running"),
                    flags.contains("internal"),
                    value(flags, "relay="),
                    value(flags, "transport="));
        }

        private static UUID uuid(String name) {
            return switch (name) {
                case "dom0" -> UUID.fromString(NIL);
                case "test-vm2" -> UUID.fromString(VM2_UUID);
                default -> UUID.nameUUIDFromBytes(name.getBytes());
            };
        }

        private static Optional<String> value(List<String> flags, String key) {
            return flags.stream()
                    .filter(flag -> flag.startsWith(key))
                    .map(flag -> flag.substring(key.length()))
                    .findFirst();
        }

        @Override
        public boolean hasTag(String tag) {
            return tags.contains(tag);
        }

        @Override
        public boolean remote() {
            return type.equals("RemoteVM");
        }
    }

    private static final String TABLE =
            """
            dom0              AdminVM      dom0-tag  default-dvm running
            test-vm1          AppVM        tag1,tag2 default-dvm running
            test-vm2          AppVM        tag2      default-dvm running
            test-vm3          AppVM        tag3      default-dvm template
            test-vm4          AppVM        -         default-dvm template
            default-dvm       AppVM        -         default-dvm template
            default-mgmt-dvm  AppVM        -         default-dvm template internal
            internal-vm       AppVM        -         default-dvm internal
            test-invalid-dvm  AppVM        tag1,tag2 test-vm1
            test-no-dvm       AppVM        tag1,tag2 none
            test-template     TemplateVM   tag1,tag2 default-dvm
            test-standalone   StandaloneVM tag1,tag2 default-dvm
            test-remotevm1    RemoteVM     -         none running relay=test-relayvm1 transport=qubesair.SSHProxy
            test2-remotevm1   RemoteVM     -         none running relay=test2-relayvm1
            test2-remotevm2   RemoteVM     -         none running relay=test2-relayvm2 transport=qubesair.SSHProxy
            test-relayvm1     AppVM        -         none running
            test2-relayvm1    AppVM        -         none running
            test2-relayvm2    AppVM        -         none running
            test2-vm1         AppVM        -         none running
            """;

    /** As the spec has them. */
    static Fixture spec() {
        return of(TABLE);
    }

    /** As the spec has them, but for one qube. */
    static Fixture with(String line) {
        String name = line.split(" ")[0] + " ";
        return of(
                TABLE.lines()
                                .filter(other -> !other.startsWith(name))
                                .collect(Collectors.joining("\n"))
                        + "\n"
                        + line);
    }

    private static Fixture of(String table) {
        List<Known> qubes = table.lines().map(Known::line).toList();
        return new Fixture(qubes, index(qubes, Known::name), index(qubes, Known::uuid));
    }

    private static <K> Map<K, Known> index(List<Known> qubes, Function<Known, K> key) {
        return qubes.stream().collect(Collectors.toMap(key, qube -> qube));
    }

    /** A policy of lines; each {@code source target action} is for all services. */
    static Policy policy(String... lines) {
        return new Policy(
                Stream.of(lines)
                        .map(line -> Rule.parse("*", "*", List.of(line.split(" +")), "test:1"))
                        .toList());
    }

    @Override
    public Optional<Known> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    @Override
    public Optional<Known> find(UUID uuid) {
        return Optional.ofNullable(byUuid.get(uuid));
    }
}
