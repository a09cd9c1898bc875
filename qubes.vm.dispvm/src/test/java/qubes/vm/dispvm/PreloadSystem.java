package qubes.vm.dispvm;

import static qubes.testkit.Domains.create;
import static qubes.testkit.Domains.named;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.UnaryOperator;
import qubes.core.event.Event;
import qubes.core.value.DomainName;
import qubes.core.vm.BaseVM;
import qubes.core.vm.DisposableTemplate;
import qubes.core.vm.Disposables;
import qubes.core.vm.Globals;
import qubes.core.vm.Qubes;
import qubes.core.vm.QubesVM;
import qubes.testkit.Await;
import qubes.testkit.ManualClock;
import qubes.testkit.QubesFixture;

/**
 * A system in which delays end only when a test says so, with a template {@code tiny} that promises
 * what preloading needs, and a disposable template {@code dvm}.
 */
final class PreloadSystem implements AutoCloseable {
    private static final String SERVICE = "supported-rpc.qubes.WaitForSession";

    private final QubesFixture fixture;
    private final ManualClock clock = new ManualClock();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final AutoCloseable listening;

    PreloadSystem() throws Exception {
        fixture = QubesFixture.with("qubes.vm.templatevm", "qubes.vm.appvm");
        fixture.felix()
                .context()
                .registerService(
                        ScheduledExecutorService.class,
                        clock,
                        new Hashtable<>(Map.of("qubes.clock", "preloading")));
        fixture.felix().start("qubes.vm.dispvm");
        BaseVM tiny = create(qubes(), "TemplateVM", "tiny", "kernel=");
        tiny.features().set("qrexec", true);
        tiny.features().set("supported-rpc.qubes.WaitForRunningSystem", true);
        tiny.features().set(SERVICE, true);
        disposableTemplate("dvm");
        listening = qubes().listen(event -> heard.add(words(event)));
        settle();
        heard.clear();
    }

    /** Stops the daemon, lets somebody change its store, and starts it again; guests run on. */
    void restart(UnaryOperator<String> edit) throws Exception {
        fixture.felix().bundle("qubes.core").stop();
        Path store = fixture.store();
        Files.writeString(store, edit.apply(Files.readString(store)));
        fixture.felix().bundle("qubes.core").start();
        Await.until("the klasses are back", () -> qubes().klasses().size() == 4);
    }

    private static String words(Event event) {
        String subject = event.subject().subjectName();
        return (subject.isEmpty() ? "-" : subject) + " " + event.wireName();
    }

    Qubes qubes() {
        return fixture.qubes();
    }

    QubesFixture fixture() {
        return fixture;
    }

    ManualClock clock() {
        return clock;
    }

    Disposables disposables() {
        return fixture.felix().service(Disposables.class);
    }

    BaseVM vm(String name) {
        return named(qubes(), name);
    }

    QubesVM guest(String name) {
        return (QubesVM) vm(name);
    }

    Optional<BaseVM> find(String name) {
        return qubes().find(new DomainName(name));
    }

    BaseVM disposableTemplate(String name) {
        return create(
                qubes(), "AppVM", name, "template=tiny", "template_for_dispvms=True", "memory=300");
    }

    BaseVM dvm() {
        return vm("dvm");
    }

    /** Sets {@code default_dispvm}; none for the empty text. */
    void standard(String template) {
        qubes().set(
                        Globals.DEFAULT_DISPVM,
                        template.isEmpty()
                                ? Optional.empty()
                                : Optional.of(new DomainName(template)));
    }

    /** Sets a feature, said as {@code preload-dispvm-max=1}; without a value it is deleted. */
    void feature(String vm, String assignment) {
        String[] parts = assignment.split("=", 2);
        if (parts.length == 2) {
            vm(vm).features().set(parts[0], parts[1]);
        } else {
            vm(vm).features().delete(parts[0]);
        }
    }

    /** What a domain's feature is set to; null if it is not there. */
    String feature(BaseVM vm, String feature) {
        return String.valueOf(vm.features().get(feature));
    }

    List<String> queue(String template) {
        return Arrays.stream(vm(template).features().getOrDefault("preload-dispvm", "").split(" "))
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /** From now on no template promises what preloading needs, and so nothing is preloaded. */
    void stopPreloading() {
        feature("tiny", SERVICE);
    }

    /** Does something that needs the promise, while nobody can act on it. */
    void promising(Runnable action) {
        BaseVM dvm = dvm();
        dvm.find(DisposableTemplate.class)
                .orElseThrow()
                .write(
                        () -> {
                            dvm.features().set(SERVICE, true);
                            try {
                                action.run();
                            } finally {
                                dvm.features().delete(SERVICE);
                            }
                        });
    }

    /** Makes room for so many and waits until all of them are preloaded. */
    List<String> preload(int count) throws Exception {
        feature("dvm", "preload-dispvm-max=" + count);
        return awaitPreloaded(count);
    }

    /** Waits until so many disposables of {@code dvm} are preloaded and paused. */
    List<String> awaitPreloaded(int count) throws Exception {
        Await.until(
                count + " preloaded",
                () ->
                        queue("dvm").size() == count
                                && queue("dvm").stream().map(this::vm).allMatch(this::isReady));
        return queue("dvm");
    }

    private boolean isReady(BaseVM vm) {
        return vm.features().isTrue("preload-dispvm-completed")
                && "".equals(vm.features().get("preload-dispvm-in-progress"));
    }

    void awaitGone(String name) throws Exception {
        Await.until(name + " is removed", () -> find(name).isEmpty());
    }

    /** What listeners heard, in order. */
    List<String> heard() {
        return heard;
    }

    /** Those of the events heard that ask for a queue to be filled, once all were told. */
    List<String> starts() throws Exception {
        settle();
        return heard.stream()
                .filter(words -> words.endsWith("domain-preload-dispvm-start"))
                .toList();
    }

    void awaitHeard(String words) throws Exception {
        Await.until("heard " + words, () -> heard.contains(words));
    }

    /** Waits until what triggers left to other threads, and what these told, is through. */
    void settle() throws Exception {
        var all = new java.util.concurrent.CountDownLatch(64);
        for (int i = 0; i < 64; i++) {
            qubes().executor()
                    .execute(
                            () -> {
                                all.countDown();
                                try {
                                    all.await();
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            });
        }
        all.await();
        String mark = "mark-" + System.nanoTime();
        qubes().admin().tags().add(mark);
        awaitHeard("dom0 domain-tag-add:" + mark);
    }

    @Override
    public void close() throws Exception {
        listening.close();
        fixture.close();
        clock.shutdownNow();
    }
}
