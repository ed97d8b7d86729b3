using System.Diagnostics;
using System.Text;
using System.Xml;

namespace Dapr.Actors.Communication;

/// <summary>
/// How a typed call says that the actor's method threw: status 200, a header that marks it, and a body with the exception's type and
/// message, which is binary XML whatever the calls themselves are serialized with.
/// </summary>
internal static class RemotingError
{
    public const string HeaderName = "X-DaprErrorResponseHeader";

    private const string Actors = "urn:actors";
    private const string Arrays = "http://schemas.microsoft.com/2003/10/Serialization/Arrays";
    private const string Instance = "http://www.w3.org/2001/XMLSchema-instance";
    private const string Root = "ActorInvokeExceptionData";
    private const string DetailsKey = "RemoteMethodException";
    private const int LongestMessage = 1 << 20;

    private static readonly XmlReaderSettings Reading = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreWhitespace = true };

    /// <summary>One line on where an exception was thrown, with an id that the host's log has too.</summary>
    public static string Describe(Exception exception, Guid id)
    {
        var frame = new StackTrace(exception, fNeedFileInfo: true).GetFrame(0);
        return $"Exception: {exception.GetType().Name}, Method Name: {frame?.GetMethod()?.Name}, Line Number: {frame?.GetFileLineNumber() ?? 0}, Exception uuid: {id}";
    }

    public static string WriteHeader(string details) =>
        "<z:anyType i:type=\"a:ActorResponseMessageHeaders\" xmlns:z=\"http://schemas.microsoft.com/2003/10/Serialization/\""
        + $" xmlns:i=\"{Instance}\" xmlns:a=\"{Actors}\"><a:Headers xmlns:b=\"{Arrays}\">"
        + "<b:KeyValueOfstringbase64Binary><b:Key>HasRemoteException</b:Key><b:Value/></b:KeyValueOfstringbase64Binary>"
        + $"<b:KeyValueOfstringbase64Binary><b:Key>{DetailsKey}</b:Key><b:Value>{Convert.ToBase64String(Encoding.UTF8.GetBytes(details))}</b:Value>"
        + "</b:KeyValueOfstringbase64Binary></a:Headers></z:anyType>";

    public static byte[] WriteBody(Exception exception)
    {
        using var stream = new MemoryStream();
        using (var writer = XmlDictionaryWriter.CreateBinaryWriter(stream))
        {
            writer.WriteStartElement(Root, Actors);
            writer.WriteXmlnsAttribute("i", Instance);
            writer.WriteElementString("Message", Actors, exception.Message);
            writer.WriteElementString("Type", Actors, exception.GetType().FullName);
            writer.WriteEndElement();
        }

        return stream.ToArray();
    }

    /// <summary>What a proxy throws for a reply with the header.</summary>
    public static Exception Read(string header, byte[] body)
    {
        try
        {
            return new ActorMethodInvocationException($"Remote Actor Method Exception,  DETAILS: {ReadDetails(header)}", ReadBody(body), isTransient: false);
        }
        catch (Exception unreadable) when (unreadable is XmlException or FormatException or InvalidOperationException)
        {
            return new ActorMethodInvocationException("The actor's method failed and its reply does not say how in a form that can be read.", unreadable, isTransient: false);
        }
    }

    private static string ReadDetails(string header)
    {
        using var reader = XmlReader.Create(new StringReader(header), Reading);
        while (reader.ReadToFollowing("Key", Arrays))
        {
            if (reader.ReadElementContentAsString() == DetailsKey && reader.IsStartElement("Value", Arrays))
            {
                return Encoding.UTF8.GetString(Convert.FromBase64String(reader.ReadElementContentAsString()));
            }
        }

        return "";
    }

    private static ActorInvokeException ReadBody(byte[] body)
    {
        using var reader = XmlDictionaryReader.CreateBinaryReader(body, new XmlDictionaryReaderQuotas { MaxStringContentLength = LongestMessage });
        reader.ReadStartElement(Root, Actors);
        var message = reader.ReadElementContentAsString("Message", Actors);
        var type = reader.ReadElementContentAsString("Type", Actors);
        return new ActorInvokeException(type, message);
    }
}
