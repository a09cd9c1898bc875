package qubes.admin.method;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import qubes.admin.StatsHub;
import qubes.admin.method.service.BackupProfiles;
import qubes.admin.method.service.HostSleep;
import qubes.admin.method.service.Reports;
import qubes.admin.method.service.ServiceAccess;
import qubes.admin.method.service.SystemInfo;
import qubes.core.event.Extension;
import qubes.core.internal.system.Engine;
import qubes.core.vm.Disposables;
import qubes.core.vm.Qubes;
import qubes.testkit.ManualClock;
import qubes.testkit.MemoryGuestDatabase;
import qubes.vm.dispvm.DisposableIds;
import qubes.vm.dispvm.DisposableVMFactory;
import qubes.vm.dispvm.DisposablesImpl;
import qubes.vm.dispvm.PreloadRules;
import qubes.vm.dispvm.Preloading;

/** What the daemon's methods for services of the system ask the framework for. */
final class SystemServices {
    final ManualClock clock = new ManualClock();
    final MemoryGuestDatabase database = new MemoryGuestDatabase();
    final Path profiles;

    private final StatsHub stats;
    private final Reports reports = new Reports();
    private final SystemInfo info = new SystemInfo();
    private final BackupProfiles backups;
    private final HostSleep sleep;

    SystemServices(Engine engine, Path folder) {
        Qubes qubes = engine.qubes();
        this.profiles = folder;
        this.stats = new StatsHub(qubes, clock);
        this.backups =
                new BackupProfiles(
                        Engine.configuration(
                                BackupProfiles.Config.class,
                                Map.of("profile_dir", folder.toString())));
        this.sleep =
                new HostSleep(
                        Engine.configuration(
                                HostSleep.Config.class, Map.of("socket_dir", folder.toString())));
        ServiceAccess.bind(reports, database);
        engine.add((Extension) info);
    }

    Stream<Object> all() {
        return Stream.of(stats, reports, info, backups, sleep);
    }

    /** The bundle of disposables comes. */
    void addDisposables(Daemon daemon) {
        Preloading preloading = new Preloading(clock);
        Disposables disposables = new DisposablesImpl(preloading);
        daemon.add(new DisposableVMFactory(new DisposableIds(), preloading));
        daemon.add(new PreloadRules(preloading));
        daemon.method(DisposableMethods.CreateDisposable.class).bindDisposables(disposables);
        ServiceAccess.bind(sleep, disposables);
    }

    /** The bundle that reaches the guests' databases goes. */
    void removeDatabase() {
        ServiceAccess.unbind(reports, database);
    }
}
