package qubes.core.firewall;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.jspecify.annotations.NullMarked;

/** Rules of any options, some of which expired long ago. */
@NullMarked
public final class AnyRules {
    private static final String LEGAL =
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:;,./-_[] ";

    private AnyRules() {}

    public static Arbitrary<Rule> rules() {
        return Combinators.combine(
                        Arbitraries.of(Action.class),
                        expiries().optional(0.3),
                        hosts().optional(),
                        Arbitraries.of(Proto.class).optional(),
                        Arbitraries.of(SpecialTarget.class).optional(0.3),
                        ports(),
                        Arbitraries.integers().between(0, 255).map(IcmpType::new),
                        Arbitraries.strings().withChars(LEGAL).map(Comment::new).optional(0.5))
                .as(AnyRules::rule);
    }

    private static Rule rule(
            Action action,
            Optional<Expire> expire,
            Optional<DstHost> host,
            Optional<Proto> proto,
            Optional<SpecialTarget> target,
            DstPorts ports,
            IcmpType type,
            Optional<Comment> comment) {
        List<RuleOption> options = new ArrayList<>(List.of(action));
        expire.ifPresent(options::add);
        host.ifPresent(options::add);
        target.ifPresent(options::add);
        comment.ifPresent(options::add);
        proto.ifPresent(
                one -> {
                    options.add(one);
                    if (type.number() % 3 > 0) {
                        options.add(one == Proto.ICMP ? type : ports);
                    }
                });
        return Rule.of(options);
    }

    private static Arbitrary<Expire> expiries() {
        return Arbitraries.oneOf(
                Arbitraries.longs().between(0, 4_000_000_000L).map(Expire::of),
                Arbitraries.strings().numeric().ofMinLength(1).ofMaxLength(30).map(Expire::new));
    }

    private static Arbitrary<DstPorts> ports() {
        Arbitrary<Integer> port = Arbitraries.integers().between(0, 65535);
        return Combinators.combine(port, port)
                .as((a, b) -> new DstPorts(Math.min(a, b), Math.max(a, b)));
    }

    private static Arbitrary<DstHost> hosts() {
        Arbitrary<String> octets =
                Arbitraries.integers()
                        .between(0, 255)
                        .map(Object::toString)
                        .list()
                        .ofSize(4)
                        .map(all -> String.join(".", all));
        Arbitrary<String> groups =
                Arbitraries.integers()
                        .between(0, 0xffff)
                        .map(Integer::toHexString)
                        .list()
                        .ofMinSize(1)
                        .ofMaxSize(7)
                        .map(all -> String.join(":", all) + "::");
        return Arbitraries.oneOf(
                Combinators.combine(octets, Arbitraries.integers().between(0, 32)).as(DstHost::of),
                Combinators.combine(groups, Arbitraries.integers().between(0, 128)).as(DstHost::of),
                Arbitraries.strings().withChars("abcxyz019-._").ofMaxLength(20).map(DstHost::new));
    }
}
