package qubes.admin.method.service;

import qubes.core.vm.Disposables;
import qubes.core.vm.GuestDatabase;

/** Hands services to components as the framework does. */
public final class ServiceAccess {
    private ServiceAccess() {}

    public static void bind(Reports reports, GuestDatabase database) {
        reports.bindDatabase(database);
    }

    public static void unbind(Reports reports, GuestDatabase database) {
        reports.unbindDatabase(database);
    }

    public static void bind(HostSleep sleep, Disposables disposables) {
        sleep.bindDisposables(disposables);
    }
}
