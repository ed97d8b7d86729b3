using Dapr.Sidecar.State;
using Dapr.Sidecar.Store;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Serverless.Sidecar.Tests.State;

public sealed class SqliteStateTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_damaged_entry_is_set_aside_once_and_said_so()
    {
        await using var store = SqliteStore.Open(new StoreOptions());
        await using var state = Create(store);
        await state.ApplyAsync([new StateChange("k", [1, 2, 3], null, false, null)]);
        await store.WriteAsync(connection => connection.Execute("UPDATE state SET value = ?1", new byte[] { 9, 9, 9 }));

        (await Should.ThrowAsync<StateDamagedException>(async () => await state.GetAsync(["k"]))).Message.ShouldContain("quarantine");
        (await state.GetAsync(["k"])).ShouldBe([null]);
        (await store.ReadAsync(connection => connection.First("SELECT key FROM quarantine", row => row.GetString(0)))).ShouldBe("store/k");
    }

    [Fact]
    public async Task Clean_up_removes_the_rows_of_entries_that_ran_out_and_no_others()
    {
        await using var store = SqliteStore.Open(new StoreOptions());
        await using var state = Create(store);
        await state.ApplyAsync([new StateChange("short", [1], null, false, TimeSpan.FromSeconds(1)), new StateChange("long", [1], null, false, TimeSpan.FromHours(1))]);
        _time.Advance(TimeSpan.FromMinutes(1));

        await state.CleanUpAsync();

        (await store.ReadAsync(connection => connection.Query("SELECT key FROM state", row => row.GetString(0)))).ShouldBe(["long"]);
    }

    [Fact]
    public void Any_sequence_of_changes_leaves_what_a_dictionary_would_hold() =>
        Prop.ForAll(Gen.Choose(0, 3).Two().Select(pair => (Key: $"k{pair.Item1}", Kind: pair.Item2)).ListOf().ToArbitrary(), operations =>
        {
            AgreesAsync([.. operations]).GetAwaiter().GetResult();
        }).QuickCheckThrowOnFailure();

    private async Task AgreesAsync(IReadOnlyList<(string Key, int Kind)> operations)
    {
        await using var store = SqliteStore.Open(new StoreOptions());
        await using var state = Create(store);
        var model = new Dictionary<string, byte>();
        foreach (var (index, (key, kind)) in operations.Index())
        {
            var etag = kind == 3 ? "not an etag" : null;
            var change = new StateChange(key, kind == 1 ? null : [(byte)index], etag, FirstWrite: kind == 2, null);
            var refused = kind == 3 || (kind == 2 && model.ContainsKey(key));
            if (refused)
            {
                // The first change of the two is taken back with the second.
                await Should.ThrowAsync<ETagMismatchException>(state.ApplyAsync([new StateChange("k9", [1], null, false, null), change]));
                continue;
            }

            await state.ApplyAsync([change]);
            if (kind == 1)
            {
                model.Remove(key);
            }
            else
            {
                model[key] = (byte)index;
            }
        }

        string[] keys = ["k0", "k1", "k2", "k3", "k9"];
        var entries = await state.GetAsync(keys);
        keys.Zip(entries).Where(pair => pair.Second is not null).ToDictionary(pair => pair.First, pair => pair.Second!.Value[0]).ShouldBe(model, ignoreOrder: true);
    }

    private SqliteState Create(SqliteStore store) => new("store", "none", store, ownsStore: false, TimeSpan.Zero, _time, NullLogger.Instance);
}
