package qubes.hypervisor.libvirt;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import org.jspecify.annotations.Nullable;

/**
 * The functions of libvirt that libvirt-java lacks, and the few around them that must see the same
 * pointers. Errors of libvirt belong to the calling thread: ask for them on it, before the next
 * call.
 */
final class Virt {
    static {
        Native.register(Virt.class, "virt");
    }

    private Virt() {}

    static native @Nullable Pointer virDomainLookupByUUID(Pointer connection, byte[] uuid);

    static native int virDomainGetState(Pointer domain, int[] state, int[] reason, int flags);

    static native int virDomainGetID(Pointer domain);

    static native String virDomainGetName(Pointer domain);

    static native int virDomainFree(Pointer domain);

    static native int virDomainGetUUID(Pointer domain, byte[] uuid);

    static native int virConnectGetAllDomainStats(
            Pointer connection, int kinds, PointerByReference records, int flags);

    static native void virDomainStatsRecordListFree(Pointer records);

    static native int virGetLastErrorCode();

    static native @Nullable String virGetLastErrorMessage();
}
