using Microsoft.Extensions.Logging;

namespace Serverless.Cli.Run;

/// <summary>Loggers of other loggers that can be told to be silent.</summary>
/// <param name="inner">The others; they stay the caller's.</param>
internal sealed class SilenceableLoggers(ILoggerFactory inner) : ILoggerFactory
{
    private volatile bool _isSilent;

    /// <summary>From now on nothing is logged.</summary>
    public void Silence() => _isSilent = true;

    public ILogger CreateLogger(string categoryName) => new Logger(this, inner.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose() => Silence();

    private sealed class Logger(SilenceableLoggers owner, ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => !owner._isSilent && inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}
