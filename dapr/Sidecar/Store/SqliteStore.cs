using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Dapr.Sidecar.Store;

/// <summary>
/// A durable store over SQLite with group commit: writes are turns, each all or nothing (a savepoint); turns that wait together share one
/// commit, and a turn's task ends only after that commit. A commit that fails fails all of its turns. Reads see what was committed.
/// SQLite: write-ahead log, <c>synchronous=FULL</c> (https://sqlite.org/pragma.html#pragma_synchronous).
/// </summary>
internal sealed class SqliteStore : IAsyncDisposable
{
    /// <summary>A page in the log, with its header.</summary>
    private const long PageBytes = 4096 + 24;

    private readonly StoreOptions _options;
    private readonly StoreLock? _lock;
    private readonly StoreConnection _writer;
    private readonly string _connectionString;
    private readonly ConcurrentBag<StoreConnection> _readers = [];
    private readonly Channel<IStoreTurn> _turns = Channel.CreateUnbounded<IStoreTurn>(new() { SingleReader = true });
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _checkpoint = Task.CompletedTask;
    private int _pagesAtCheckpoint;
    private bool _logBeginsAgain;

    private SqliteStore(StoreOptions options, StoreLock? storeLock, StoreConnection writer, string connectionString)
    {
        _options = options;
        _lock = storeLock;
        _writer = writer;
        _connectionString = connectionString;
        _thread = new Thread(Run) { IsBackground = true, Name = "store writer" };
        _thread.Start();
    }

    /// <summary>Why the last commit failed; null when it did not.</summary>
    public StoreException? LastFailure { get; private set; }

    /// <summary>The file, or ":memory:".</summary>
    public string Path => _options.Path ?? ":memory:";

    /// <summary>Opens or creates a store.</summary>
    /// <exception cref="StoreException">Another process owns the file, it is damaged, newer than this program, or cannot be written.</exception>
    public static SqliteStore Open(StoreOptions options)
    {
        var path = options.Path is null ? null : System.IO.Path.GetFullPath(options.Path);
        StoreLock? storeLock = null;
        StoreConnection? writer = null;
        try
        {
            if (path is not null)
            {
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
                storeLock = StoreLock.Take(path);
            }

            var connectionString = $"Data Source={path ?? ":memory:"};Pooling=False";
            writer = new StoreConnection(connectionString);
            writer.ExecuteScript($"PRAGMA journal_mode=WAL; PRAGMA synchronous={(options.Fsync ? "FULL" : "OFF")}; PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864; PRAGMA temp_store=MEMORY;");
            Migrations.Apply(writer, path ?? ":memory:");
            if (path is not null && options.Fsync)
            {
                WriteAheadLog.LayOut(path, options.LogBytes);
            }

            return new SqliteStore(options, storeLock, writer, connectionString);
        }
        catch (Exception error)
        {
            writer?.Dispose();
            storeLock?.Dispose();
            throw StoreException.From(error, path ?? ":memory:");
        }
    }

    /// <summary>Runs a turn that writes; its task ends after the commit. The turn runs on the writer's thread: it only reads and writes rows.</summary>
    /// <exception cref="StoreException">The commit failed: nothing of the turn is in the store.</exception>
    public Task<T> WriteAsync<T>(Func<StoreConnection, T> turn) => Enqueue(new StoreTurn<T>(turn));

    /// <summary>Runs a turn that writes; <paramref name="settled"/> is <see cref="StoreTurn{T}"/>'s.</summary>
    public Task WriteAsync(Action<StoreConnection> turn, Action<Exception?> settled) => Enqueue(new StoreTurn<bool>(
        store =>
        {
            turn(store);
            return true;
        },
        settled));

    /// <summary>Runs a turn that writes and gives nothing back.</summary>
    public Task WriteAsync(Action<StoreConnection> turn) => WriteAsync(store =>
    {
        turn(store);
        return true;
    });

    /// <summary>Reads what was committed. Several reads run at once; in memory they take their turn behind the writes.</summary>
    public ValueTask<T> ReadAsync<T>(Func<StoreConnection, T> read)
    {
        if (_options.Path is null)
        {
            return new(Enqueue(new StoreTurn<T>(read)));
        }

        if (!_readers.TryTake(out var reader))
        {
            reader = new StoreConnection(_connectionString);
            reader.ExecuteScript("PRAGMA query_only=ON;");
        }

        try
        {
            Hit(StorePoints.BeforeRead);
            return new(read(reader));
        }
        catch (SqliteException error)
        {
            throw StoreException.From(error, Path);
        }
        finally
        {
            _readers.Add(reader);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _turns.Writer.TryComplete();
        await _ended.Task;
        await _checkpoint;
        while (_readers.TryTake(out var reader))
        {
            reader.Dispose();
        }

        _writer.Dispose();
        _lock?.Dispose();
    }

    private Task<T> Enqueue<T>(StoreTurn<T> turn)
    {
        if (!_turns.Writer.TryWrite(turn))
        {
            turn.Failed(new StoreException(StoreFailure.Closed, $"{Path} was closed."));
        }

        return turn.Task;
    }

    private void Run()
    {
        try
        {
            var batch = new List<IStoreTurn>();
            while (_turns.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                Commit(batch);
                batch.Clear();
            }
        }
        finally
        {
            _ended.SetResult();
        }
    }

    private void Commit(List<IStoreTurn> batch)
    {
        try
        {
            _writer.Execute("BEGIN IMMEDIATE");
            while (batch.Count < _options.MaxTurnsPerCommit && _turns.Reader.TryRead(out var turn))
            {
                batch.Add(turn);
                RunTurn(turn);
            }

            Hit(StorePoints.BeforeCommit);
            _writer.Execute("COMMIT");
            Hit(StorePoints.AfterCommit);
        }
        catch (Exception error)
        {
            RollBack();
            FailTurns(batch, error);
            return;
        }

        LastFailure = null;
        foreach (var turn in batch)
        {
            turn.Committed();
        }

        CheckpointWhenDue();
    }

    private void RunTurn(IStoreTurn turn)
    {
        _writer.Execute("SAVEPOINT turn");
        if (turn.Run(_writer))
        {
            _writer.Execute("RELEASE turn");
        }
        else if (_writer.InTransaction)
        {
            _writer.Execute("ROLLBACK TO turn");
            _writer.Execute("RELEASE turn");
        }
        else
        {
            // SQLite itself rolled everything back (a full disk does that): whatever ran before in this batch is gone too.
            throw turn.Error!;
        }
    }

    private void RollBack()
    {
        if (_writer.InTransaction)
        {
            _writer.Execute("ROLLBACK");
        }
    }

    private void FailTurns(List<IStoreTurn> batch, Exception error)
    {
        // A turn that waits although no transaction could be opened would otherwise spin here.
        if (batch.Count == 0 && _turns.Reader.TryRead(out var waiting))
        {
            batch.Add(waiting);
        }

        LastFailure = StoreException.From(error, Path);
        foreach (var turn in batch)
        {
            turn.Failed(LastFailure);
        }

        if (LastFailure.Failure is StoreFailure.Full)
        {
            // What fills the disk may be the log itself: once it is copied, it is written again from its beginning.
            Checkpoint();
        }
    }

    private void Hit(string point)
    {
        try
        {
            _options.OnPoint?.Invoke(point);
        }
        catch (IOException error)
        {
            throw StoreException.From(error, Path);
        }
    }

    private void CheckpointWhenDue()
    {
        if (_logBeginsAgain && _checkpoint.IsCompleted)
        {
            // What was committed while the log was copied is copied here, between two commits: only a log that is copied to its end begins again.
            _logBeginsAgain = false;
            Copy(_writer);
        }
        else if ((_writer.PagesWritten - _pagesAtCheckpoint) * PageBytes >= _options.LogBytes / 2)
        {
            Checkpoint();
        }
    }

    private void Checkpoint()
    {
        if (_options.Path is null || !_checkpoint.IsCompleted)
        {
            return;
        }

        _pagesAtCheckpoint = _writer.PagesWritten;
        _logBeginsAgain = true;
        _checkpoint = Task.Run(() =>
        {
            using var connection = new StoreConnection(_connectionString);
            Copy(connection);
        });
    }

    private static void Copy(StoreConnection connection)
    {
        try
        {
            connection.ExecuteScript("PRAGMA wal_checkpoint(PASSIVE);");
        }
        catch (SqliteException)
        {
            // The log keeps what it has, nothing is lost; the next checkpoint copies it too.
        }
    }
}
