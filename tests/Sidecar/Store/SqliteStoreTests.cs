using Dapr.Sidecar.Store;

namespace Serverless.Sidecar.Tests.Store;

public sealed class SqliteStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("store-").FullName;

    private string File => Path.Combine(_folder, "state.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_turn_that_throws_takes_back_its_own_writes_and_no_others(bool inMemory)
    {
        await using var store = await WithTableAsync(inMemory);

        var good = store.WriteAsync(connection => connection.Execute("INSERT INTO things (name) VALUES (?1)", "first"));
        var bad = store.WriteAsync(connection =>
        {
            connection.Execute("INSERT INTO things (name) VALUES (?1)", "second");
            throw new InvalidOperationException("no");
        });
        var last = store.WriteAsync(connection => connection.Execute("INSERT INTO things (name) VALUES (?1)", "third"));

        (await good).ShouldBe(1);
        (await Should.ThrowAsync<InvalidOperationException>(bad)).Message.ShouldBe("no");
        (await last).ShouldBe(1);
        (await NamesAsync(store)).ShouldBe(["first", "third"]);
    }

    [Fact]
    public async Task What_was_committed_is_there_after_opening_again()
    {
        await using (var store = await WithTableAsync(inMemory: false))
        {
            await Task.WhenAll(Enumerable.Range(0, 500).Select(i =>
                store.WriteAsync(connection => connection.Execute("INSERT INTO things (name) VALUES (?1)", $"thing {i}"))));
        }

        await using var again = SqliteStore.Open(new StoreOptions { Path = File });
        (await NamesAsync(again)).Count.ShouldBe(500);
    }

    [Fact]
    public async Task The_log_is_laid_out_and_begins_again_instead_of_growing()
    {
        const int LogBytes = 1 << 20;
        var text = new string('x', 3000);
        await using var store = SqliteStore.Open(new StoreOptions { Path = File, LogBytes = LogBytes });
        await store.WriteAsync(connection => connection.Execute("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL)"));
        new FileInfo(File + "-wal").Length.ShouldBe(LogBytes);

        for (var i = 0; i < 2000; i++)
        {
            await store.WriteAsync(connection => connection.Execute("INSERT INTO things (name) VALUES (?1)", text));
        }

        // 2,000 commits of two pages and more: sixteen times the log, if it did not begin again.
        new FileInfo(File + "-wal").Length.ShouldBeLessThan(4 * LogBytes);
        (await NamesAsync(store)).Count.ShouldBe(2000);
    }

    [Fact]
    public async Task What_a_crash_left_in_a_laid_out_log_is_there_after_opening_again()
    {
        await using var store = await WithTableAsync(inMemory: false);
        await store.WriteAsync(connection => connection.Execute("INSERT INTO things (name) VALUES (?1)", "first"));
        var copy = Path.Combine(_folder, "copy.db");
        System.IO.File.Copy(File, copy);
        System.IO.File.Copy(File + "-wal", copy + "-wal");

        await using var again = SqliteStore.Open(new StoreOptions { Path = copy });

        (await NamesAsync(again)).ShouldBe(["first"]);
    }

    [Fact]
    public async Task What_a_turn_settles_has_happened_before_anyone_who_awaits_it_goes_on()
    {
        await using var store = await WithTableAsync(inMemory: false);
        List<string> order = [];

        await store.WriteAsync(
            connection => connection.Execute("INSERT INTO things (name) VALUES (?1)", "first"), error => order.Add(error is null ? "settled" : "failed"));
        order.Add("awaited");
        await Should.ThrowAsync<InvalidOperationException>(store.WriteAsync(
            _ => throw new InvalidOperationException("no"), error => order.Add(error!.Message)));

        order.ShouldBe(["settled", "awaited", "no"]);
    }

    [Fact]
    public async Task A_second_owner_is_refused_with_the_path_and_the_holder()
    {
        await using var store = SqliteStore.Open(new StoreOptions { Path = File });

        var error = Should.Throw<StoreException>(() => SqliteStore.Open(new StoreOptions { Path = File }));

        error.Failure.ShouldBe(StoreFailure.Owned);
        error.Message.ShouldContain(File);
        error.Message.ShouldContain($"process {Environment.ProcessId}");
    }

    [Fact]
    public void A_file_that_is_no_database_is_named()
    {
        System.IO.File.WriteAllText(File, new string('x', 10_000));

        var error = Should.Throw<StoreException>(() => SqliteStore.Open(new StoreOptions { Path = File }));

        error.Failure.ShouldBe(StoreFailure.Corrupt);
        error.Message.ShouldContain(File);
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_left_alone()
    {
        await using (var store = SqliteStore.Open(new StoreOptions { Path = File }))
        {
            await store.WriteAsync(connection => connection.Execute("PRAGMA user_version = 9999"));
        }

        Should.Throw<StoreException>(() => SqliteStore.Open(new StoreOptions { Path = File })).Failure.ShouldBe(StoreFailure.Newer);
    }

    [Fact]
    public async Task A_full_disk_fails_the_turn_and_work_goes_on_once_there_is_space()
    {
        await using var store = await WithTableAsync(inMemory: false);
        var pages = await store.WriteAsync(connection => connection.First("PRAGMA page_count", row => row.GetInt64(0)));
        await store.WriteAsync(connection => connection.First($"PRAGMA max_page_count = {pages + 4}", row => row.GetInt64(0)));

        var error = await Should.ThrowAsync<StoreException>(store.WriteAsync(connection =>
            connection.Execute("INSERT INTO things (name) VALUES (?1)", new string('x', 100_000))));
        error.Failure.ShouldBe(StoreFailure.Full);

        await store.WriteAsync(connection => connection.First("PRAGMA max_page_count = 100000", row => row.GetInt64(0)));
        await store.WriteAsync(connection => connection.Execute("INSERT INTO things (name) VALUES (?1)", "fits"));
        (await NamesAsync(store)).ShouldBe(["fits"]);
    }

    [Fact]
    public async Task After_closing_a_write_says_so()
    {
        var store = SqliteStore.Open(new StoreOptions());
        await store.DisposeAsync();

        (await Should.ThrowAsync<StoreException>(store.WriteAsync(_ => { }))).Failure.ShouldBe(StoreFailure.Closed);
    }

    private async Task<SqliteStore> WithTableAsync(bool inMemory)
    {
        var store = SqliteStore.Open(new StoreOptions { Path = inMemory ? null : File });
        await store.WriteAsync(connection => connection.Execute("CREATE TABLE things (name TEXT NOT NULL)"));
        return store;
    }

    private static async Task<List<string>> NamesAsync(SqliteStore store) =>
        await store.ReadAsync(connection => connection.Query("SELECT name FROM things ORDER BY rowid", row => row.GetString(0)));
}
