using Serverless.Storage;

namespace Serverless.Cli.Doctor;

/// <summary>Loads the library that reads and writes Parquet.</summary>
internal static class Parquet
{
    public static Check Look()
    {
        try
        {
            return new Check("DuckDB", $"{NativeParts.LoadDuckDb()} (reads and writes Parquet)");
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return new Check("DuckDB", "could not be loaded", CheckStatus.Missing, error.Message);
        }
    }
}
