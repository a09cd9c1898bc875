package qubes.admin.policy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The qrexec policy as it is on disk now (spec policy.md §1). Whoever asks gets one that was looked
 * after within the last twentieth of a second: mostly without a lock or a look at a file. A policy
 * that cannot be read allows nothing until it is mended, which is seen within a second.
 */
@Component(service = LivePolicy.class, configurationPid = "qubes.admin.policy")
@Designate(ocd = LivePolicy.Config.class)
public final class LivePolicy {
    /** Where the policy is. */
    @ObjectClassDefinition(name = "Qubes Admin API policy")
    public @interface Config {
        @AttributeDefinition(
                name = "Policy",
                description =
                        "Folders of the qrexec policy; a file hides its namesakes in later ones")
        String[] policy_dirs() default {"/run/qubes/policy.d", "/etc/qubes/policy.d"};

        @AttributeDefinition(
                name = "Old policy",
                description = "Folder of policy files of the old syntax")
        String policy_legacy_dir() default "/etc/qubes-rpc/policy";

        @AttributeDefinition(
                name = "Check calls",
                description =
                        "Ask the policy about every call of a qube, though qrexec has asked it already")
        boolean check_calls() default true;
    }

    private static final Logger log = LoggerFactory.getLogger(LivePolicy.class);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long READ_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1); // what is broken

    /**
     * A policy and when somebody last looked whether it is still that.
     *
     * @param failure why it could not be read
     */
    private record Look(PolicyReader.Contents contents, Optional<String> failure, long nanos) {
        Look at(long now) {
            return new Look(contents, failure, now);
        }

        boolean isOld(long now) {
            return now - nanos > (failure.isPresent() ? READ_AGAIN_NANOS : LOOK_AGAIN_NANOS);
        }
    }

    private final List<Path> directories;
    private final Path legacy;
    private final boolean checksCalls;
    private final LongSupplier clock;
    private volatile @Nullable Look last;

    @Activate
    public LivePolicy(Config config) {
        this(config, System::nanoTime);
    }

    LivePolicy(Config config, LongSupplier clock) {
        this.directories = Stream.of(config.policy_dirs()).map(Path::of).toList();
        this.legacy = Path.of(config.policy_legacy_dir());
        this.checksCalls = config.check_calls();
        this.clock = clock;
    }

    /** The policy; one without rules if there is none, or none that can be read. */
    Policy policy() {
        return look().contents.policy();
    }

    /**
     * Whether calls are to be checked: not where there is no policy file at all, which leaves them
     * to qrexec.
     */
    boolean checksCalls() {
        if (!checksCalls) {
            return false;
        }
        Look now = look();
        return now.failure.isPresent() || now.contents.files() > 0;
    }

    /** Reads files once in a moment at most; the other callers of that moment wait for that. */
    private Look look() {
        Look known = last;
        if (known != null && !known.isOld(clock.getAsLong())) {
            return known;
        }
        synchronized (this) {
            known = last;
            long now = clock.getAsLong();
            if (known == null || known.isOld(now)) {
                Look next = next(known, now);
                tell(known, next);
                last = next;
                return next;
            }
            return known;
        }
    }

    private Look next(@Nullable Look known, long now) {
        try {
            return known != null && known.failure.isEmpty() && known.contents.upToDate()
                    ? known.at(now)
                    : new Look(PolicyReader.read(directories, legacy), Optional.empty(), now);
        } catch (IOException | UncheckedIOException | PolicySyntaxError e) {
            return new Look(
                    new PolicyReader.Contents(new Policy(List.of()), 0, Map.of()),
                    Optional.of(String.valueOf(e.getMessage())),
                    now);
        }
    }

    /** Says what changed, once. */
    private void tell(@Nullable Look known, Look next) {
        if (next.failure.isPresent()) {
            if (known == null || !known.failure.equals(next.failure)) {
                log.error(
                        "Qubes may do and see nothing, since the policy cannot be read: {}",
                        next.failure.get());
            }
        } else if (known == null || !next.contents.equals(known.contents)) {
            int files = next.contents.files();
            if (files > 0) {
                log.info(
                        "Policy read: {} rules in {} files",
                        next.contents.policy().rules().size(),
                        files);
            } else if (known == null || known.failure.isPresent() || known.contents.files() > 0) {
                log.info(
                        "No policy in {}: calls are left to qrexec, and qubes are shown nothing",
                        directories);
            }
        }
    }
}
