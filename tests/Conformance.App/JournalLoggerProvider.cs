namespace Serverless.Conformance.App;

/// <summary>Writes the app's log to standard error and, for the category that workflows log under, into the journal.</summary>
internal sealed class JournalLoggerProvider : ILoggerProvider
{
    /// <summary>The category whose lines tests read; a line's first word is its key.</summary>
    public const string Category = "Conformance.Workflow";

    public ILogger CreateLogger(string categoryName) => new JournalLogger(categoryName);

    public void Dispose()
    {
    }

    private sealed class JournalLogger(string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => category == Category || logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var text = formatter(state, exception);
            if (category == Category)
            {
                var words = text.Split(' ', 2);
                Journal.Note($"log:{words[0]}", words[1]);
            }
            else if (IsEnabled(logLevel))
            {
                Console.Error.WriteLine($"{logLevel} {category}: {text} {exception}");
            }
        }
    }
}
