package qubes.core.internal.system;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qubes.core.error.QubesException;
import qubes.core.error.QubesVMNotFoundError;
import qubes.core.event.FirewallChanged;
import qubes.core.firewall.AddressFamily;
import qubes.core.firewall.Firewall;
import qubes.core.firewall.Rule;
import qubes.core.firewall.RuleList;
import qubes.core.internal.store.DomainFile;
import qubes.core.internal.store.FirewallContent;
import qubes.core.internal.store.FirewallReader;
import qubes.core.internal.store.FirewallWriter;
import qubes.core.value.DomainName;

/**
 * The rules of one domain, for all its live objects, one after the other. They are read without a
 * lock; whoever loads or saves them keeps others away from the file.
 */
final class DomainFirewall implements Firewall {
    private static final Logger log = LoggerFactory.getLogger(DomainFirewall.class);

    /** Longest file, in bytes; some ten thousand rules. */
    private static final int MOST = 1 << 24;

    /** After which a file that could not be rid of a rule is tried again. */
    private static final Duration RETRY = Duration.ofMinutes(1);

    private final QubesSystem system;
    private final Schedule schedule;
    private final FirewallReader reader;
    private final UUID uuid;
    private final DomainName domain;
    private final String name; // of the file, for messages
    private final DomainFile file;

    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable FirewallContent content; // null until it is first asked for
    private Schedule.Alarm alarm = Schedule.Alarm.NONE; // guarded by lock
    private boolean closed; // guarded by lock

    /**
     * @param folder of the domain's own files
     */
    DomainFirewall(
            QubesSystem system,
            Schedule schedule,
            FirewallReader reader,
            UUID uuid,
            DomainName domain,
            Path folder) {
        this.system = system;
        this.schedule = schedule;
        this.reader = reader;
        this.uuid = uuid;
        this.domain = domain;
        this.name = "firewall.xml of " + domain;
        this.file = new DomainFile(folder.resolve("firewall.xml"), MOST);
    }

    @Override
    public List<Rule> rules() {
        return list().rules();
    }

    @Override
    public String apiText() {
        return list().apiText(schedule.now());
    }

    @Override
    public Map<String, String> entries(AddressFamily family) {
        return list().entries(schedule.now(), family);
    }

    private RuleList list() {
        FirewallContent known = content;
        return known == null ? locked(this::content).rules() : known.rules();
    }

    @Override
    public boolean hasFile() {
        return file.exists();
    }

    @Override
    public void replace(List<Rule> rules) {
        RuleList wanted = new RuleList(rules);
        saved(() -> content().with(wanted));
    }

    @Override
    public void save() {
        saved(this::content);
    }

    @Override
    public void cloneFrom(Firewall source) {
        FirewallContent wanted = FirewallContent.DEFAULT.with(new RuleList(source.rules()));
        locked(
                () -> {
                    publish(wanted, schedule.now());
                    return wanted;
                });
    }

    /**
     * Reads the file of a domain that was loaded, so that its rules end in time; what ended while
     * nobody looked ends now. Blocks.
     *
     * @throws QubesException as {@link #rules} and {@link #save}
     */
    void wake() {
        if (file.exists()) {
            dropExpired(false);
        }
    }

    /** The domain was removed: nothing is written any more. */
    void close() {
        lock.lock();
        try {
            closed = true;
            alarm.cancel();
        } finally {
            lock.unlock();
        }
    }

    private <T> T locked(Supplier<T> step) {
        lock.lock();
        try {
            return step.get();
        } finally {
            lock.unlock();
        }
    }

    private void saved(Supplier<FirewallContent> wanted) {
        if (system.model().heldByCaller()) {
            throw new IllegalStateException(name + " is to be saved under the model lock");
        }
        locked(
                () -> {
                    FirewallContent next = wanted.get();
                    Instant now = schedule.now();
                    write(next, now);
                    publish(next, now);
                    return next;
                });
        announce();
    }

    private void announce() {
        system.find(uuid).ifPresent(vm -> vm.fire(new FirewallChanged(vm)));
    }

    private void alarmed() {
        try {
            dropExpired(true);
        } catch (QubesException e) {
            log.error("{}: rules that expired stay in it for now", name, e);
            lock.lock();
            try {
                await(schedule.now().plus(RETRY));
            } finally {
                lock.unlock();
            }
        }
    }

    private void dropExpired(boolean reload) {
        if (locked(() -> withoutExpired(reload))) {
            log.info("{}: rules expired", name);
            try {
                announce();
            } catch (RuntimeException e) {
                log.error("{}: a handler failed on its change", name, e);
            }
        }
    }

    /**
     * True if there were any. Rules that a clone has in memory only have no file to lose.
     *
     * @param reload whether rules that expired in memory give way to those of the file, be none of
     *     these expired
     */
    private boolean withoutExpired(boolean reload) {
        if (closed) {
            return false;
        }
        Instant now = schedule.now();
        boolean onDisk = file.exists();
        FirewallContent current = onDisk ? read() : content();
        FirewallContent rest = current.with(current.rules().at(now));
        if (rest.equals(current) && !(reload && hasExpired(content(), now))) {
            publish(content(), now);
            return false;
        }
        if (onDisk) {
            write(rest, now);
        }
        publish(rest, now);
        return true;
    }

    private static boolean hasExpired(FirewallContent content, Instant now) {
        return !content.rules().at(now).equals(content.rules());
    }

    private FirewallContent content() {
        FirewallContent known = content;
        if (known == null) {
            known = read();
            publish(known, schedule.now());
        }
        return known;
    }

    /** The file, or what stands for it if there is none. */
    private FirewallContent read() {
        return file.read(name + " cannot be read")
                .map(bytes -> reader.read(bytes, name))
                .orElse(FirewallContent.DEFAULT);
    }

    private void write(FirewallContent next, Instant now) {
        if (closed) {
            throw new QubesVMNotFoundError(domain.value());
        }
        byte[] bytes = FirewallWriter.write(next.with(next.rules().at(now)), name);
        file.replace(bytes, name + " cannot be saved");
    }

    /** Makes rules those that count, and waits for the first of them to end. */
    private void publish(FirewallContent next, Instant now) {
        content = next;
        alarm.cancel();
        next.rules().nextExpiry(now).ifPresent(this::await);
    }

    private void await(Instant when) {
        if (!closed) {
            alarm = schedule.at(when, this::alarmed);
        }
    }
}
