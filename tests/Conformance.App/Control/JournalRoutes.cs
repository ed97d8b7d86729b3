namespace Serverless.Conformance.App.Control;

/// <summary>Reading the journal, and opening the gates that activities and actors wait at.</summary>
internal static class JournalRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/journal/{key}", (string key, int count) => Journal.ReadAsync(key, count, TimeSpan.FromSeconds(30)));
        routes.MapPost("/journal/{key}", (string key) => Journal.Note(key, "noted by the test"));
    }
}
