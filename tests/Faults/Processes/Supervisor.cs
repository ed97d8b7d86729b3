namespace Serverless.Faults.Tests.Processes;

/// <summary>Keeps one program running: whenever its process ends, however it ends, the next one starts.</summary>
internal sealed class Supervisor(string name, Func<int, string?, ServiceProcess> start) : IAsyncDisposable
{
    private const int MaxFailedStarts = 20;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<int> _exitCodes = [];
    private readonly Lock _gate = new();
    private TaskCompletionSource<ServiceProcess> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ServiceProcess? _current;
    private string? _failpoint;
    private Task _watch = Task.CompletedTask, _hold = Task.CompletedTask;
    private int _starts;

    /// <summary>How the processes so far ended.</summary>
    public IReadOnlyList<int> ExitCodes
    {
        get
        {
            lock (_gate)
            {
                return [.. _exitCodes];
            }
        }
    }

    /// <summary>A failpoint that is armed in every process that starts from now on, unless it has one of its own. Default: none.</summary>
    public string? FailpointOfAll { get; set; }

    /// <summary>The process that runs now.</summary>
    public ServiceProcess Current => _current ?? throw new InvalidOperationException($"{name} has not been started.");

    /// <summary>What the process that runs now wrote last.</summary>
    public string Text => $"--- {name}, process {_starts}, exits so far [{string.Join(", ", ExitCodes)}]\n{_current?.Text}";

    /// <summary>Starts the first process and waits until it listens.</summary>
    public async Task StartAsync(string? failpoint = null)
    {
        _failpoint = failpoint;
        _watch = WatchAsync();
        await Patience.OfAsync((await _next.Task).Ready, () => $"{name} listens.\n{Text}");
    }

    /// <summary>kill -9; the process that takes over has a failpoint armed, or none.</summary>
    public async Task KillAsync(string? failpointOfNext = null)
    {
        ServiceProcess victim;
        TaskCompletionSource<ServiceProcess> next;
        lock (_gate)
        {
            (victim, next) = (Current, _next = new(TaskCreationOptions.RunContinuationsAsynchronously));
            _failpoint = failpointOfNext;
        }

        if (!victim.Exit.IsCompleted)
        {
            victim.Kill();
        }

        await Patience.OfAsync(next.Task, () => $"{name} starts again.\n{Text}");
    }

    /// <summary>kill -9, and no next process before what is done meanwhile is done.</summary>
    public async Task KillForAsync(Action meanwhile)
    {
        Task kill;
        using (Hold())
        {
            kill = KillAsync();
            await Patience.OfAsync(Current.Exit, () => $"{name} ends after a kill.\n{Text}");
            meanwhile();
        }

        await kill;
    }

    /// <summary>However the process ends, there is no next one before what this gives is disposed.</summary>
    public IDisposable Hold()
    {
        var held = new Held();
        Volatile.Write(ref _hold, held.Released);
        return held;
    }

    /// <summary>Asks the process to end and gives its exit code; the next one starts.</summary>
    public async Task<int> TerminateAsync()
    {
        var process = Current;
        process.Terminate();
        return await Patience.OfAsync(process.Exit, () => $"{name} ends after SIGTERM.\n{Text}");
    }

    /// <summary>Ends the supervision and kills the process.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_current is { Exit.IsCompleted: false } running)
        {
            running.Kill();
        }

        await _watch;
        _current?.Dispose();
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        var failedStarts = 0;
        while (failedStarts < MaxFailedStarts)
        {
            await Volatile.Read(ref _hold);
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            lock (_gate)
            {
                _current?.Dispose();
                _current = start(++_starts, _failpoint ?? FailpointOfAll);
                _failpoint = null;
                _next.TrySetResult(_current);
            }

            var code = await _current.Exit;
            failedStarts = _current.Ready.IsCompletedSuccessfully || code == ServiceProcess.KilledExitCode ? 0 : failedStarts + 1;
            lock (_gate)
            {
                _exitCodes.Add(code);
            }
        }
    }
    private sealed class Held : IDisposable
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Released => _released.Task;

        public void Dispose() => _released.TrySetResult();
    }
}
