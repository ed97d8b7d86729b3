namespace Serverless.DaprTour;

/// <summary>What the workflows log.</summary>
internal static partial class TourLog
{
    [LoggerMessage(1, LogLevel.Information, "The cheapest is {City} for {Price}.")]
    public static partial void Cheapest(ILogger logger, string city, int price);
}
