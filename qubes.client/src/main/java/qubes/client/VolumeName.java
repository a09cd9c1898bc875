package qubes.client;

/** A volume as users name it: {@code VM:VOLUME}. */
record VolumeName(String vm, String volume) {
    /**
     * @throws UsageError if it is no such name
     */
    static VolumeName of(String word) {
        int colon = word.indexOf(':');
        if (colon < 1 || colon == word.length() - 1) {
            throw new UsageError("a volume is named VM:VOLUME, not " + Text.quote(word));
        }
        return new VolumeName(word.substring(0, colon), word.substring(colon + 1));
    }

    /** Calls a method of the volume. */
    String call(Session session, String method, String payload) {
        return session.daemon().call("admin.vm.volume." + method, volume, vm, payload);
    }

    @Override
    public String toString() {
        return vm + ":" + volume;
    }
}
